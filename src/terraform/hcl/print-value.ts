import { type Expression, type HclValue, isExpression } from "./expression.ts";

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const INDENT = "  ";

/** A value as it stands right of an equals sign; the lines after its first are indented by `depth` levels. */
export function printValue(value: HclValue, depth: number): string {
  if (value === null) return "null";
  if (typeof value === "string") return isHeredoc(value) ? heredoc(value, depth) : quoted(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isExpression(value)) return printExpression(value, depth);
  if (Array.isArray(value)) return printList(value as readonly HclValue[], depth);
  return printObject(value as Readonly<Record<string, HclValue | undefined>>, depth);
}

/** Aligns the equals signs of neighbouring lines, as `terraform fmt` does, where values are on one line. */
export function printAssignments(entries: readonly (readonly [string, HclValue])[], depth: number): string[] {
  const printed = entries.map(([key, value]) => ({ key, value: printValue(value, depth) }));
  const lines: string[] = [];
  for (let at = 0; at < printed.length;) {
    const run = printed.slice(at, endOfRun(printed, at));
    const width = Math.max(...run.map(({ key }) => [...key].length));
    for (const { key, value } of run) lines.push(`${INDENT.repeat(depth)}${key.padEnd(width)} = ${value}`);
    at += run.length;
  }
  return lines;
}

/** A value that opens a bracket on its own line stands alone; a heredoc is aligned and then ends the run. */
function endOfRun(printed: readonly { readonly value: string }[], from: number): number {
  for (let at = from; at < printed.length; at++) {
    const value = printed[at]?.value ?? "";
    if (!value.includes("\n")) continue;
    const alone = at === from || value.startsWith("<<");
    return alone ? at + 1 : at;
  }
  return printed.length;
}

function printList(values: readonly HclValue[], depth: number): string {
  if (values.length === 0) return "[]";
  const items = values.map((value) => printValue(value, depth + 1));
  const single = `[${items.join(", ")}]`;
  if (!single.includes("\n") && single.length <= 88) return single;
  const inner = INDENT.repeat(depth + 1);
  return `[\n${items.map((item) => `${inner}${item},\n`).join("")}${INDENT.repeat(depth)}]`;
}

function printObject(object: Readonly<Record<string, HclValue | undefined>>, depth: number): string {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined) as [string, HclValue][];
  if (entries.length === 0) return "{}";
  const keyed = entries.map(([key, value]) => [IDENTIFIER.test(key) ? key : quoted(key), value] as const);
  return `{\n${printAssignments(keyed, depth + 1).join("\n")}\n${INDENT.repeat(depth)}}`;
}

function printExpression({ expression }: Expression, depth: number): string {
  switch (expression.kind) {
    case "reference":
      return expression.address;
    case "template":
      return printTemplate(expression.parts, depth);
    case "object": {
      const entries = expression.entries.map(([key, value]) => [printExpression(key, depth), value] as const);
      return `{\n${printAssignments(entries, depth + 1).join("\n")}\n${INDENT.repeat(depth)}}`;
    }
    case "call":
      return printCall(expression.name, expression.values, depth);
  }
}

/** A heredoc's last line holds nothing but its marker. */
function printCall(name: string, values: readonly HclValue[], depth: number): string {
  const printed = values.map((value) => printValue(value, depth)).join(", ");
  return printed.startsWith("<<") ? `${name}(${printed}\n${INDENT.repeat(depth)})` : `${name}(${printed})`;
}

type TemplatePart = string | Expression<string | number>;

/** A template inside a template is part of it. */
function flattened(parts: readonly TemplatePart[]): readonly TemplatePart[] {
  return parts.flatMap((part) =>
    typeof part !== "string" && part.expression.kind === "template"
      ? flattened(part.expression.parts)
      : [part],
  );
}

function printTemplate(nested: readonly TemplatePart[], depth: number): string {
  const parts = flattened(nested);
  const literal = parts.map((part) => (typeof part === "string" ? part : "")).join("");
  const print = (escape: (value: string) => string) =>
    parts
      .map((part) => (typeof part === "string" ? escape(part) : `\${${printExpression(part, depth)}}`))
      .join("");
  return isHeredoc(literal) ? heredocOf(print(escapedTemplate), depth) : `"${print(escaped)}"`;
}

/** Text of several lines that ends with one is easier to read, and to change, as it is. */
function isHeredoc(value: string): boolean {
  return value.endsWith("\n") && value.indexOf("\n") < value.length - 1;
}

function heredoc(value: string, depth: number): string {
  return heredocOf(escapedTemplate(value), depth);
}

function heredocOf(content: string, depth: number): string {
  const lines = content.slice(0, -1).split("\n");
  const marker =
    ["EOT", "EOT_OF_FILE"].find((name) => !lines.some((line) => line.trim() === name)) ?? "EOT_END";
  const indented = lines.map((line) => (line === "" ? "" : `${INDENT.repeat(depth + 1)}${line}`));
  return `<<-${marker}\n${indented.join("\n")}\n${INDENT.repeat(depth)}${marker}`;
}

function quoted(value: string): string {
  return `"${escaped(value)}"`;
}

/** https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences */
function escaped(value: string): string {
  return escapedTemplate(
    value
      .replaceAll("\\", "\\\\")
      .replaceAll('"', '\\"')
      .replaceAll("\n", "\\n")
      .replaceAll("\r", "\\r")
      .replaceAll("\t", "\\t"),
  );
}

function escapedTemplate(value: string): string {
  return value.replaceAll(/([$%])\{/g, "$1$1{");
}
