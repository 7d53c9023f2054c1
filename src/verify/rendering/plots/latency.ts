import { time } from "../../amounts.ts";
import type { VerifyCheck } from "../../report.ts";
import { checkLink } from "../check-link.ts";
import { countText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { sourceBadge } from "./marker.ts";
import { timeScale } from "./scale.ts";

const HEIGHT = 190;

/** How long requests took, by percentile, against what is promised. Null for a check without such a series. */
export function latencyPlot(check: VerifyCheck): Markup | null {
  const { series, limit, unit, title, source, profile, samples, verdict } = check;
  if (series?.kind !== "latency" || series.percentiles.length === 0) return null;
  const points = [...series.percentiles].sort((a, b) => a.percent - b.percent);
  const limitMs = limit === null ? null : unit === "seconds" ? limit * 1000 : limit;
  const scale = timeScale([...points.map(({ ms }) => ms), ...(limitMs === null ? [] : [limitMs])]);
  // Below the highest figure there is room for its text, and below the curve for the names of the percentiles.
  const y = (ms: number) => Number((8 + (100 - scale.place(ms)) * 0.76).toFixed(2));
  const x = (index: number) => Number((8 + (84 * index) / Math.max(1, points.length - 1)).toFixed(2));
  const said = points.map(({ percent, ms }) => `${nameOf(percent)} ${time(ms)}`).join(", ");
  const curve = points.slice(1).map(({ ms }, index) => {
    const before = points[index];
    return before === undefined
      ? null
      : html`<line
          class="curve"
          x1="${x(index)}%"
          y1="${y(before.ms)}%"
          x2="${x(index + 1)}%"
          y2="${y(ms)}%"
        />`;
  });
  const marks = points.map(
    ({ percent, ms }, index) =>
      html`<circle class="point" cx="${x(index)}%" cy="${y(ms)}%" r="3.5" /><text
          class="amount"
          x="${x(index)}%"
          y="${y(ms)}%"
          dy="-9"
          text-anchor="middle"
          >${time(ms)}</text
        ><text x="${x(index)}%" y="100%" dy="-4" text-anchor="middle">${nameOf(percent)}</text>`,
  );
  const promise =
    limitMs === null
      ? null
      : html`<line class="limit" x1="0" x2="100%" y1="${y(limitMs)}%" y2="${y(limitMs)}%" /><text
            class="limit-text"
            x="0"
            y="${y(limitMs)}%"
            dy="-5"
            >${time(limitMs)}</text
          >`;
  return html`<figure class="plot latency" data-source="${source}" data-verdict="${verdict}">
    <figcaption>
      ${checkLink(check.id, title)} ${sourceBadge(source)}${profile === null ? null : `, ${profile}`},
      ${countText(samples, "request")}; ${scale.kind} axis
    </figcaption>
    <svg
      class="${verdict}"
      width="100%"
      height="${HEIGHT}"
      role="img"
      aria-label="${said}${limitMs === null ? null : `; limit ${time(limitMs)}`}"
    >
      ${promise}${curve}${marks}
    </svg>
  </figure>`;
}

function nameOf(percent: number): string {
  return percent >= 100 ? "max" : `p${percent}`;
}
