import { OVERLAID, OVERLAID_BY_NAME } from "#model/environments.ts";
import { FAULTS } from "#model/faults.ts";
import { architectureFields, type Field, type Kind } from "./architecture-fields.ts";

/** What stands above this line in the document is written by hand. */
const BELOW =
  "<!-- Written by `npm test -- -u test/project`, but for meanings that no source comment gives. -->";

const HEADER = ["Field", "Type", "Default", "Meaning"] as const;
/** A field's path, its type, its default and what it means. */
type Row = readonly [field: string, type: string, fallback: string, meaning: string];

/**
 * The reference of an architecture's fields as it should be, given the document as it is: names, types and defaults
 * come from the schema, meanings from the comments in the source. Where there is none, the document's own stays.
 */
export function architectureReference(document: string): { text: string; unexplained: string[] } {
  const [head = ""] = document.split(BELOW);
  const kept = meaningsIn(document);
  const { fields, kinds } = architectureFields();
  const rows = new Map(fields.map((field) => [field, rowOf(field, kept)]));
  const sections = Map.groupBy(fields, ({ path }) => /^\w+/.exec(path)?.[0] ?? "");
  const [plain, parts] = partition([...sections], ([, inside]) => inside.length === 1);
  const text = [
    head.trimEnd(),
    BELOW,
    "## The whole",
    table(
      HEADER,
      plain.flatMap(([, inside]) => inside.map((field) => rows.get(field) as Row)),
    ),
    ...parts.flatMap(([name, inside]) => [
      `## ${name}`,
      ...kindLists(kinds.filter(({ path }) => /^\w+/.exec(path)?.[0] === name)),
      table(
        HEADER,
        inside.map((field) => rows.get(field) as Row),
      ),
    ]),
    "## environments",
    table(["An environment may change", "Of it"], overlaid()),
    "## Faults",
    table(
      ["Fault", "Meaning"],
      Object.entries(FAULTS).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  ].join("\n\n");
  const unexplained = [...rows].filter(([, row]) => meaningless(row)).map(([{ path }]) => path);
  return { text: `${text}\n`, unexplained };
}

function meaningless([, , , meaning]: Row): boolean {
  return withoutKinds(meaning).rest === "";
}

/** A cell's meaning, and the kinds in italics before it. */
function withoutKinds(cell: string): { kinds: string; rest: string } {
  const [, kinds = "", rest = ""] = /^(?:_([a-z0-9, -]+)_: ?)?(.*)$/.exec(cell) ?? [];
  return { kinds, rest };
}

/** The cells of each row of the document's tables, by the first one and the kinds. */
function meaningsIn(document: string): Map<string, string> {
  const rows = document.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.map((line) => {
      const [field = "", , , meaning = ""] = line
        .slice(2, -2)
        .split(" | ")
        .map((cell) => cell.trim());
      const { kinds, rest } = withoutKinds(meaning);
      return [`${field} ${kinds}`, rest];
    }),
  );
}

function rowOf(field: Field, kept: ReadonlyMap<string, string>): Row {
  const path = `\`${field.path}\``;
  const kinds = field.kinds.join(", ");
  const meaning = linked(field.meaning) || (kept.get(`${path} ${kinds}`) ?? "");
  return [path, field.type, fallback(field), kinds === "" ? meaning : `_${kinds}_: ${meaning}`.trim()];
}

function fallback({ fallback, type }: Field): string {
  if (typeof fallback === "string") return fallback;
  const text = JSON.stringify(fallback.value);
  return text === "{}" && type === "object" ? "its fields' own" : `\`${text}\``;
}

function kindLists(kinds: readonly Kind[]): string[] {
  return [...Map.groupBy(kinds, ({ path }) => path)].map(([path, members]) => {
    const lines = members.map(
      ({ name, meaning }) => `- \`${name}\`${meaning === "" ? "" : `: ${linked(meaning)}`}`,
    );
    return `Kinds of \`${path}\`:\n\n${lines.join("\n")}`;
  });
}

function overlaid(): string[][] {
  return Object.entries(OVERLAID).map(([part, names]) => {
    const path = (OVERLAID_BY_NAME as readonly string[]).includes(part) ? `${part}.*` : part;
    return [`\`${path}\``, names.map((name) => `\`${name}\``).join(", ")];
  });
}

/** A comment's addresses as links. */
function linked(comment: string): string {
  return comment.replaceAll(/https:\/\/\S+/g, (address) => `[Documentation](${address})`);
}

/** Aligned as the formatter aligns tables. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] as string).length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function partition<T>(all: readonly T[], holds: (each: T) => boolean): [T[], T[]] {
  return [all.filter(holds), all.filter((each) => !holds(each))];
}
