import { escapeHtml } from "../markup.ts";

/** Longer text is cut, with a mark: one cell of a table must not take the place of all others. */
const MOST = 600;

/**
 * Text as it is, whatever is in it: on one line, nothing in it is Markdown or HTML, and nobody is notified. GitHub would
 * read `@name` and `#1` as a person and an issue, also where they are escaped; a space of no width keeps it from that.
 */
export function plain(text: string): string {
  return onOneLine(text).replace(/[\\`*_[\]<>#|~&$]/g, "\\$&");
}

/** The same within an HTML element, where GitHub reads no Markdown. */
export function plainInHtml(text: string): string {
  return escapeHtml(onOneLine(text));
}

function onOneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const cut = line.length > MOST ? `${line.slice(0, MOST).toWellFormed()} …` : line;
  return cut.replace(/(@|#)(?=\w)/g, "$1\u200B");
}

/** A name that somebody may copy, outside of tables. */
export function code(name: string): string {
  const text = name.replace(/\s+/g, " ");
  const fence = "`".repeat(1 + Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length)));
  return /^`|`$|^$/.test(text) ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`;
}

/** A link to what is on the web; anything else is text. */
export function link(page: string): string {
  return /^https?:\/\/[^\s<>]+$/.test(page) ? `<${page}>` : plain(page);
}

export function tableHead(...titles: readonly string[]): string {
  return `${row(...titles)}\n${row(...titles.map(() => "---"))}\n`;
}

export function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
