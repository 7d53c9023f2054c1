import type { Reference } from "#model/evidence.ts";
import { words } from "../../claims.ts";
import { dateText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { placeText } from "../sentences.ts";

/** A part of the page that a reader can fold away, with a heading. */
export function section(
  id: string,
  heading: string,
  content: Markup,
  { count = null, open = true }: { readonly count?: number | null; readonly open?: boolean } = {},
): Markup {
  const number = count === null ? null : html` <span class="count">${count}</span>`;
  return html`<details class="section" id="${id}" ${open ? html`open` : null}>
    <summary><h2>${heading}${number}</h2></summary>
    ${content}
  </details>`;
}

/** Something that only some readers want to see. */
export function folded(summary: string, content: Markup): Markup {
  return html`<details class="more">
    <summary>${summary}</summary>
    ${content}
  </details>`;
}

/** The document's own words, and where they stand. */
export function quote(claim: string, line: number | null, document: string | null): Markup {
  const place = placeText(line, document);
  return html`<q>${words(claim)}</q>${place === "" ? null : html` <cite>${place}</cite>`}`;
}

/** Only what is on the web is a link: an address that a browser would run as a script is text. */
export function reference({ page, asOf }: Reference, text = shortAddress(page)): Markup {
  const name = /^https?:\/\//.test(page)
    ? html`<a href="${page}" rel="noreferrer">${text}</a>`
    : html`${page}`;
  return html`<span class="reference">${name} <small>${dateText(asOf)}</small></span>`;
}

/** `docs.aws.amazon.com/…/Concepts.MultiAZ.html` */
function shortAddress(page: string): string {
  const [host = page, ...path] = page
    .replace(/^https?:\/\//, "")
    .split("/")
    .filter((part) => part !== "");
  const last = path.at(-1);
  return last === undefined ? host : `${host}/${path.length > 1 ? "…/" : ""}${last}`;
}
