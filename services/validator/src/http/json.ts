import { isUtf8 } from "node:buffer";

import { refusal, type Reason } from "../transactions/reasons.ts";

/** A transaction nests three deep; the rest is room to grow. */
const MAX_DEPTH = 16;

/** The body is JSON, or there are reasons why not. */
export type Parsed = { value: unknown } | { reasons: Reason[] };

/**
 * Reads JSON more strictly than JSON.parse, which takes the last of two equal keys and reads 1.0 and 1e0
 * as 1: two programs that differ in that see two payments in one body (RFC 7493, I-JSON).
 */
export function parseJson(body: Buffer): Parsed {
  if (!isUtf8(body)) return { reasons: [refusal("json_not_utf8", "")] };
  const text = body.toString("utf8");
  const shape = measure(text);
  if (shape.depth > MAX_DEPTH) return { reasons: [refusal("json_too_deep", "")] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { reasons: [refusal("json_malformed", "")] };
  }
  if (shape.members !== countMembers(value)) {
    return { reasons: duplicates(text).map((pointer) => refusal("json_duplicate_key", pointer)) };
  }
  if (shape.unusualNumbers) value = JSON.parse(text, keepSpelling);
  return { value };
}

/**
 * What a quick look at the text tells: deepest nesting, members of all objects (colons outside strings),
 * and whether a number may have a fraction or an exponent. Right for valid JSON, harmless for anything else.
 */
function measure(text: string): { depth: number; members: number; unusualNumbers: boolean } {
  let deepest = 0;
  let depth = 0;
  let members = 0;
  let unusualNumbers = false;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index);
        break;
      case 0x3a: // :
        members++;
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > deepest) deepest = depth;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
        break;
      case 0x2e: // .
      case 0x45: // E
      case 0x65: // e, also in true and false: the slower reading is then for nothing
        unusualNumbers = true;
        break;
    }
  }
  return { depth: deepest, members, unusualNumbers };
}

/** Index of the closing quote of the string that begins at `start`; the end of the text where there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += countMembers(item);
    return members;
  }
  for (const key of Object.keys(value)) members += 1 + countMembers((value as Record<string, unknown>)[key]);
  return members;
}

/** 1.0 and 1e0 stay what was written wherever an amount may stand, so that the amount's check can refuse them. */
function keepSpelling(key: string, value: unknown, context?: { source?: string }): unknown {
  if (key !== "value" || typeof value !== "number") return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? value : source;
}

/** JSON pointers of the keys that occur again in their object. `text` is valid JSON. */
function duplicates(text: string): string[] {
  const found: string[] = [];
  // For each open object or array: its pointer, and the keys of an object or the position in an array.
  const open: { keys: Set<string> | undefined; position: number; key: string }[] = [];
  const pointer = () =>
    open.map(({ keys, key, position }) => `/${keys ? escapePointer(key) : position}`).join("");
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\],]/g)) {
    const inner = open.at(-1);
    if (token === "{" || token === "[") {
      open.push({ keys: token === "{" ? new Set() : undefined, position: 0, key: "" });
    } else if (token === "}" || token === "]") open.pop();
    else if (token === "," && inner) inner.position++;
    else if (token.endsWith(":") && inner?.keys) {
      inner.key = JSON.parse(token.slice(0, -1)) as string;
      if (inner.keys.has(inner.key) && found.length < 16) found.push(pointer());
      inner.keys.add(inner.key);
    }
  }
  return found;
}

/** RFC 6901, section 3. Very long keys are cut: they come from outside. */
export function escapePointer(key: string): string {
  const short = key.length > 64 ? `${key.slice(0, 64)}…` : key;
  return short.replaceAll("~", "~0").replaceAll("/", "~1");
}
