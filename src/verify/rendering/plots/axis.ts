import { html, type Markup } from "../markup.ts";
import type { TimeScale } from "./scale.ts";

/** The times along a plot's lower edge, as its last row. */
export function axis({ ticks, place }: TimeScale): Markup {
  const marks = ticks.map(({ value, text }) => {
    const at = place(value);
    const anchor = at < 4 ? "start" : at > 94 ? "end" : "middle";
    return html`<line class="tick" x1="${at}%" x2="${at}%" y1="0" y2="5" /><text
        x="${at}%"
        y="18"
        text-anchor="${anchor}"
        >${text}</text
      >`;
  });
  return html`<div class="row axis" aria-hidden="true">
    <span></span><svg width="100%" height="24">${marks}</svg><span></span>
  </div>`;
}
