/** A dot segment in any spelling, which one reader would resolve and the next would not. */
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;
/** What some take for a slash, or for the end of the text. */
const DISGUISED = /%2f|%5c|%00|\\/i;

export const LONGEST_TARGET = 8192;

/**
 * Whether every reader of a request's target means the same by it: a path that is as it looks, with a query. What is
 * routed by its beginning must not become another path behind the router.
 */
export function isPlainTarget(target: string): boolean {
  if (!target.startsWith("/") || target.startsWith("//")) return false;
  const [path = ""] = target.split("?", 1);
  return !target.includes("#") && !DOT_SEGMENT.test(path) && !DISGUISED.test(path);
}
