import sax from "sax";

import { FileFault } from "./row.ts";

/** An element without its namespace prefix, once it is closed. */
export interface Element {
  readonly name: string;
  /** Of its name; empty where it has none. */
  readonly prefix: string;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: Element[];
}

/** Told of elements when they are closed, with those that are around them, the innermost last. */
export type OnClosed = (element: Element, around: readonly Element[]) => void;

// Its type does not know strictEntities: without, entities of HTML would be read too.
const OPTIONS = { strictEntities: true, position: true } as sax.SAXOptions;

/** A payment message nests about twelve deep. */
const DEEPEST = 32;
/** Elements and characters that are held at the same time: a payment with all that may belong to it is far below. */
const MOST_ELEMENTS = 5000;
const MOST_CHARACTERS = 512 * 1024;

/**
 * Reads XML piece by piece and holds only what is open. `detached` are names of elements that are told of and then
 * forgotten; the others stay with the element around them. Document type declarations are refused, so there are no
 * entities but the five of XML itself; nothing is ever fetched.
 */
export class XmlReader {
  readonly #parser = sax.parser(true, OPTIONS);
  readonly #open: Element[] = [];
  #fault: FileFault | undefined;
  #elements = 0;
  #characters = 0;
  #hasRoot = false;

  constructor(detached: ReadonlySet<string>, onClosed: OnClosed) {
    const parser = this.#parser;
    parser.onprocessinginstruction = ({ name, body }) => {
      const encoding = /encoding\s*=\s*["']([^"']+)["']/.exec(body)?.[1] ?? "utf-8";
      if (name === "xml" && !/^(?:utf-?8|us-ascii)$/i.test(encoding))
        this.#refuse("encoding_unsupported", `it says that it is in ${encoding.slice(0, 32)}`);
    };
    parser.ondoctype = () => this.#refuse("xml_dtd");
    parser.onsgmldeclaration = () => this.#refuse("xml_dtd");
    parser.onopentag = ({ name, attributes }) => {
      const element = {
        name: local(name),
        prefix: name.slice(0, Math.max(0, name.indexOf(":"))),
        line: parser.line + 1,
        attributes,
        text: "",
        children: [],
      } as Element;
      // The library takes several.
      if (this.#open.length === 0 && this.#hasRoot) this.#refuse("xml_malformed", "there is a second root");
      this.#hasRoot = true;
      this.#open.push(element);
      if (this.#open.length > DEEPEST || ++this.#elements > MOST_ELEMENTS) this.#refuse("xml_too_deep");
    };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is a parser, not a target of events
    parser.ontext = (text) => this.#add(text);
    parser.oncdata = (text) => this.#add(text);
    parser.onclosetag = () => {
      const element = this.#open.pop() as Element;
      if (this.#fault !== undefined) return;
      onClosed(element, this.#open);
      if (!detached.has(element.name)) this.#open.at(-1)?.children.push(element);
      else this.#forget(element);
    };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is a parser, not a target of events
    parser.onerror = ({ message }) => {
      const isLong = message.startsWith("Max buffer length");
      // The library's messages have the place in further lines, and some quote what they found.
      this.#refuse(
        isLong ? "xml_too_deep" : "xml_malformed",
        isLong ? undefined : DETAILS.find(([known]) => message.startsWith(known))?.[1],
      );
    };
  }

  /** The line that is read. */
  get line(): number {
    return this.#parser.line + 1;
  }

  write(text: string): void {
    this.#parser.write(text);
    if (this.#fault !== undefined) throw this.#fault;
  }

  end(): void {
    if (this.#open.length > 0) this.#refuse("truncated", `${this.#open.at(-1)?.name} is not closed`);
    else this.#parser.close();
    if (this.#fault !== undefined) throw this.#fault;
  }

  #add(text: string): void {
    const element = this.#open.at(-1);
    if (element === undefined || text.trim() === "") return;
    element.text += text;
    this.#characters += text.length;
    if (this.#characters > MOST_CHARACTERS) this.#refuse("xml_too_deep");
  }

  #refuse(code: ConstructorParameters<typeof FileFault>[0], detail?: string): void {
    const { line, column } = this.#parser;
    this.#fault ??= new FileFault(code, { line: line + 1, column: column + 1 }, detail);
  }

  #forget({ children, text }: Element): void {
    this.#elements--;
    this.#characters -= text.length;
    for (const child of children) this.#forget(child);
  }
}

const DETAILS: readonly (readonly [string, string])[] = [
  ["Invalid character entity", "it uses an entity that XML does not have"],
  ["Unexpected close tag", "an end tag has no start tag"],
  ["Unmatched closing tag", "an end tag has no start tag"],
  ["Unclosed root tag", "it ends before its root is closed"],
  ["Text data outside of root node", "there is text outside of the root"],
  ["Non-whitespace before first tag", "there is text before the root"],
];

const local = (name: string) => name.slice(name.indexOf(":") + 1);

/** The element that a path of names leads to, each the first of its name. */
export function find(element: Element | undefined, path: string): Element | undefined {
  let found = element;
  for (const step of path.split("/")) found = found?.children.find(({ name }) => name === step);
  return found;
}

/** The trimmed text of the first of these paths that has some. */
export function textAt(element: Element | undefined, ...paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = find(element, path)?.text.trim();
    if (text) return text;
  }
  return undefined;
}
