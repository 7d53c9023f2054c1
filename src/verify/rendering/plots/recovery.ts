import type { Spread } from "#model/evidence.ts";
import type { VerifyCheck } from "../../report.ts";
import { checkLink } from "../check-link.ts";
import { countText, foundText, limitText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { type Topic, topicsOf } from "../overview.ts";
import { axis } from "./axis.ts";
import { sourceBadge } from "./marker.ts";
import { type TimeScale, timeScale } from "./scale.ts";
import { figuresOf, HEIGHT, strip } from "./strip.ts";

/** The checks of promised times, but for latency, which has a plot of its own. In milliseconds. */
function timedChecks(checks: readonly VerifyCheck[]): VerifyCheck[] {
  return checks
    .filter(
      ({ unit, limit, kind, objective }) =>
        (unit === "seconds" || unit === "milliseconds") &&
        limit !== null &&
        objective !== null &&
        kind !== "latency",
    )
    .filter(({ figure, range, spread }) => (figure ?? range ?? spread) !== null)
    .map(inMilliseconds);
}

/** Every promised time and every time that was found, on one axis. Null where there is none. */
export function recoveryPlot(checks: readonly VerifyCheck[]): Markup | null {
  const timed = timedChecks(checks);
  if (timed.length === 0) return null;
  const scale = timeScale(timed.flatMap((check) => [...figuresOf(check), ...roundsOf(check)]));
  return html`<figure class="plot">
    <figcaption>
      Each promised time, and what was found. The shaded part is within the promise, and the upright line its
      limit. A bar is a span; a thin line runs from the shortest to the longest of all samples, with a stroke
      at their median. The mark is the figure that counts. The axis is ${scale.kind}.
    </figcaption>
    <div class="rows">${topicsOf(timed).map((topic) => group(topic, scale))} ${axis(scale)}</div>
  </figure>`;
}

function group({ claim, claimLine, objective, checks }: Topic, scale: TimeScale): Markup {
  const name = claim === null ? (objective ?? checks[0]?.part ?? checks[0]?.title ?? "") : `“${claim}”`;
  const line = claimLine === null ? null : html` <span class="line">line ${claimLine}</span>`;
  const clear = checks.filter(({ sense }) => sense !== null);
  const limits = new Set((clear.length === 0 ? checks : clear).map(limitText));
  const sources = new Set(checks.map(({ source, profile }) => `${source} ${profile}`));
  const isTold = sources.size === checks.length;
  return html`<div class="group">
    <p class="name"><span>${name}${line}</span><small>${[...limits].join(", ")}</small></p>
    ${checks.map((check) => row(check, scale, isTold))}
  </div>`;
}

/** @param isTold whether the source tells it from the others about the same words. */
function row(check: VerifyCheck, { place }: TimeScale, isTold: boolean): Markup {
  const { source, profile, samples, verdict, title } = check;
  const dots = roundsOf(check).map(
    (ms) => html`<circle class="sample" cx="${place(ms)}%" cy="${HEIGHT / 2}" r="2" />`,
  );
  const never = neverOf(check);
  const label = [
    sourceBadge(source),
    profile === null ? null : `, ${profile}`,
    samples > 1 ? `, ${countText(samples, "sample")}` : null,
    isTold ? null : `: ${title}`,
  ];
  return html`<div class="row" data-source="${source}" data-verdict="${verdict}">
    ${checkLink(check.id, label, "label")}
    <div class="track">
      ${strip(check, place)}
      <svg class="samples" width="100%" height="${HEIGHT}" aria-hidden="true">${dots}</svg>
    </div>
    <span class="value ${verdict}"
      >${foundText(check)}${never === 0 ? null : html`<small>${countText(never, "round")} never</small>`}</span
    >
  </div>`;
}

function roundsOf({ series }: VerifyCheck): number[] {
  if (series?.kind !== "rounds") return [];
  return series.rounds.flatMap(({ ms }) => (ms === null ? [] : [ms]));
}

function neverOf({ series }: VerifyCheck): number {
  return series?.kind === "rounds" ? series.rounds.filter(({ ms }) => ms === null).length : 0;
}

function inMilliseconds(check: VerifyCheck): VerifyCheck {
  if (check.unit !== "seconds") return check;
  const { figure, limit, limitFrom, range, spread } = check;
  const scaled: Spread | null = spread && {
    min: times(spread.min),
    median: times(spread.median),
    max: times(spread.max),
  };
  return {
    ...check,
    unit: "milliseconds",
    figure: times(figure),
    limit: times(limit),
    limitFrom: times(limitFrom),
    range: range && { from: times(range.from), to: times(range.to) },
    spread: scaled,
  };
}

function times<Value extends number | null>(seconds: Value): Value {
  return (seconds === null ? null : seconds * 1000) as Value;
}
