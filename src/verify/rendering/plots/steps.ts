import type { Series } from "../../report.ts";
import { spanText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { axis } from "./axis.ts";
import { linearTimeScale } from "./scale.ts";

const HEIGHT = 18;

/** What happens one after the other, each as a bar from its beginning to its end. */
export function stepsPlot({ steps }: Extract<Series, { kind: "steps" }>): Markup | null {
  if (steps.length === 0) return null;
  const scale = linearTimeScale(steps.map(({ toMs }) => toMs));
  const rows = steps.map(({ says, fromMs, toMs }) => {
    const [from, to] = [scale.place(fromMs), scale.place(toMs)];
    const width = Math.max(0.5, Number((to - from).toFixed(2)));
    return html`<div class="row">
      <span class="label">${says}</span
      ><svg class="steps" width="100%" height="${HEIGHT}" aria-hidden="true">
        <line class="base" x1="0" x2="100%" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}" />
        <rect x="${Math.min(from, 99.5)}%" width="${width}%" y="5" height="${HEIGHT - 10}" /></svg
      ><span class="value">${spanText(fromMs, toMs, "milliseconds")}</span>
    </div>`;
  });
  return html`<div class="rows timeline">${rows}${axis(scale)}</div>`;
}
