import { type Content, html, type Markup } from "./markup.ts";

/** A link to where a check stands in the page. */
export function checkLink(id: string, text: Content, className: string | null = null): Markup {
  return html`<a class="${className}" href="#check-${encodeURIComponent(id.toWellFormed())}">${text}</a>`;
}
