// Cursors: where an entry stands in its list, in a form that is nobody's business.
import { coded } from "./errors.ts";

/** Of the entry with this key in the list of this name. */
export function cursorOf(list: string, key: string): string {
  return Buffer.from(JSON.stringify([list, key])).toString("base64url");
}

/**
 * The key of the entry that a page begins behind; undefined for the first page. Throws INVALID_ARGUMENT for what is no
 * cursor of this list: of `keys` are those that it has.
 */
export function keyAfter(list: string, after: string | null | undefined, keys: RegExp): string | undefined {
  if (after === undefined || after === null) return undefined;
  const [of, key] = read(after);
  if (of === list && typeof key === "string" && keys.test(key)) return key;
  throw coded("INVALID_ARGUMENT", "after is not the endCursor of a page of this list.");
}

function read(cursor: string): readonly unknown[] {
  // The longest value of a list is 140 characters.
  if (cursor.length > 1000) return [];
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}
