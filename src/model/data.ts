/** Plain data: what an architecture is made of before anything is known about it. */
export type Data = { readonly [key: string]: unknown };

export function isRecord(value: unknown): value is Data {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The value's own entries if it is a record, else none. */
export function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

/** The value at a path, or undefined where the path leads nowhere. Only own fields count. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, key)) return undefined;
    at = (at as Data)[key];
  }
  return at;
}

/** Every value that a pattern leads to, with its path; `*` stands for any key or index. */
export function placesAt(
  value: unknown,
  pattern: readonly string[],
  path: readonly string[] = [],
): [string[], unknown][] {
  const [key, ...rest] = pattern;
  if (key === undefined) return value === undefined ? [] : [[[...path], value]];
  if (value === null || typeof value !== "object") return [];
  const keys = key === "*" ? Object.keys(value) : Object.hasOwn(value, key) ? [key] : [];
  return keys.flatMap((next) => placesAt((value as Data)[next], rest, [...path, next]));
}

/** Records merge by key, everything else is replaced. Neither argument is changed. */
export function merge(base: unknown, overlay: unknown): unknown {
  if (overlay === undefined) return base;
  if (!isRecord(base) || !isRecord(overlay)) return overlay;
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(overlay)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries(merged);
}

export function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** The value in a few characters, for a message; it may be anything at all. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (value !== null && typeof value === "object") return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
