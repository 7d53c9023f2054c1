/** Text that is HTML already. Nothing else gets into a page unescaped. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text and numbers are escaped, nothing stands for null, lists follow one another. */
export type Content = Markup | string | number | null | readonly Content[];

/** HTML from a template: `` html`<p>${claim}</p>` ``. In attributes, a value stands between double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => part + textOf(values[index] ?? null)).join(""));
}

/**
 * A `<style>` or `<script>` with text that is written by us: in them nothing is escaped.
 * @throws Error where the text would end the element.
 */
export function inline(element: "style" | "script", text: string): Markup {
  if (/<\/|<!--/.test(text)) throw new Error(`this text would end the ${element} that it stands in`);
  return new Markup(`<${element}>${text}</${element}>`);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function textOf(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "string") return escapeHtml(content);
  return typeof content === "number" ? String(content) : content.map(textOf).join("");
}
