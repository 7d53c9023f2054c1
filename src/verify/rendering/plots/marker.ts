import type { Source } from "#model/evidence.ts";
import { html, type Markup } from "../markup.ts";

/** Each source has a shape of its own, around 0,0: sources can be told apart in a plot, also without colours. */
const SHAPES: Readonly<Record<Source, Markup>> = {
  measured: html`<circle class="solid" r="5" />`,
  simulated: html`<circle class="hollow" r="4.25" />`,
  computed: html`<path class="solid" d="M0-6 6 0 0 6-6 0Z" />`,
  documented: html`<rect class="hollow" x="-4.25" y="-4.25" width="8.5" height="8.5" />`,
};

/** The mark of a source at a place of a plot, in per cent of its width. */
export function markerAt(place: number, y: number, source: Source): Markup {
  return html`<svg x="${place}%" y="${y}" overflow="visible" class="marker">${SHAPES[source]}</svg>`;
}

/** The name of a source, with its mark. */
export function sourceBadge(source: Source): Markup {
  return html`<span class="source"
    ><svg class="marker" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
      ${SHAPES[source]}</svg
    >${source}</span
  >`;
}
