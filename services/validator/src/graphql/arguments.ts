// Arguments that are text: checked before they are asked for.
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { coded } from "./errors.ts";

/** Keys of lists in the order of a text. */
export const TEXT_KEY = new RegExp(TEXT_PATTERN, "u");
/** Keys of lists in the order of a UUID. */
export const UUID_KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id as it is stored; undefined for what is none, and so is nothing's. */
export function uuidOf(id: string): string | undefined {
  const lower = id.toLowerCase();
  return UUID_KEY.test(lower) ? lower : undefined;
}

/** Text that a store can be asked for; null is nothing. Throws INVALID_ARGUMENT. */
export function textOf(name: string, text: string | null | undefined, most = 100): string | undefined {
  if (text === undefined || text === null) return undefined;
  if (text.length > 0 && text.length <= most && TEXT_KEY.test(text)) return text;
  throw coded(
    "INVALID_ARGUMENT",
    `${name} must be 1 to ${most} characters, and none of them a control character.`,
  );
}
