// SQL with PostgreSQL's placeholders, made into a text that MySQL takes as it is.
import { ValueRefused } from "../errors.ts";

/** A part of a text: SQL that stays as it is, or the number of a value, and whether it stands for the items of a list. */
type Part = string | { readonly index: number; readonly list?: "in" | "not in" };

// What is quoted or a comment stays; then a list, whole with its operator; then a placeholder. PostgreSQL's type after a
// placeholder is left out.
const TYPE = String.raw`(?:::[a-z_][a-z0-9_]*(?:\[\])?)?`;
const TOKEN = new RegExp(
  [
    String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`,
    String.raw`"(?:[^"]|"")*"`,
    "`(?:[^`]|``)*`",
    String.raw`--[^\n]*`,
    String.raw`/\*[\s\S]*?\*/`,
    String.raw`(?<operator>=\s*any|<>\s*all)\s*\(\s*\$(?<list>\d+)${TYPE}\s*\)`,
    String.raw`\$(?<one>\d+)${TYPE}`,
  ].join("|"),
  "gi",
);

function parse(text: string): readonly Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: token, index, groups = {} } of text.matchAll(TOKEN)) {
    const { operator, list, one } = groups;
    if (list === undefined && one === undefined) continue;
    parts.push(text.slice(end, index));
    end = index + token.length;
    if (list === undefined) parts.push({ index: Number(one) - 1 });
    else parts.push({ index: Number(list) - 1, list: operator?.startsWith("=") ? "in" : "not in" });
  }
  parts.push(text.slice(end));
  return parts;
}

/** Texts are few and come again and again; those that are made anew each time must not pile up. */
const MOST_KEPT = 1000;
const parsed = new Map<string, readonly Part[]>();

function partsOf(text: string): readonly Part[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const parts = parse(text);
  if (parsed.size >= MOST_KEPT) parsed.clear();
  parsed.set(text, parts);
  return parts;
}

/**
 * The text with its values in it. Values are escaped here and not sent beside the text: MySQL prepares a statement in a
 * journey of its own, takes no list, and refuses a number of JavaScript as a `limit`. Throws TypeError where a value is
 * missing or is none that SQL has.
 */
export function sqlOf(text: string, values: readonly unknown[] = []): string {
  // A text that has its values in it already may be long, and never comes again.
  if (values.length === 0) return text;
  let sql = "";
  for (const part of partsOf(text)) {
    if (typeof part === "string") {
      sql += part;
      continue;
    }
    if (part.index < 0 || part.index >= values.length)
      throw new TypeError(`$${part.index + 1} has no value.`);
    const value = values[part.index];
    sql += part.list === undefined ? literal(value) : `${part.list} (${items(value)})`;
  }
  return sql;
}

/** Nothing is in an empty list, and nothing is not "not in" it. */
function items(value: unknown): string {
  if (!Array.isArray(value)) throw new TypeError("A list is an array.");
  return value.length === 0 ? "select null from dual where false" : value.map(literal).join(", ");
}

/** A value as MySQL writes it; arrays and objects are JSON. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  switch (typeof value) {
    case "string":
      return textLiteral(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${value} is no number that SQL has.`);
      return String(value);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value instanceof Date) return timeLiteral(value);
      if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
      return textLiteral(JSON.stringify(value));
    default:
      throw new TypeError(`A ${typeof value} is no value that SQL has.`);
  }
}

/**
 * In single quotes, and by the settings of our sessions, two characters mean something: the quote and the backslash. In
 * UTF-8 their bytes are part of no other character. PostgreSQL has no U+0000 in text and refuses it; here it must not
 * pass either.
 */
function textLiteral(text: string): string {
  if (text.includes("\0")) throw new ValueRefused("Text contains U+0000.");
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

function timeLiteral(time: Date): string {
  if (Number.isNaN(time.getTime())) throw new TypeError("An invalid Date is no time that SQL has.");
  return `'${time.toISOString().slice(0, -1).replace("T", " ")}'`;
}
