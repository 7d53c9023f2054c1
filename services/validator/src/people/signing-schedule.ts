// When a key signs, and how long it is told to those who verify. Times are milliseconds since 1970.

export interface Scheduled {
  readonly kid: string;
  readonly signsFrom: number;
}

const DAY = 86_400_000;
/** How long a key signs. */
export const ROTATION = 30 * DAY;
/** A key is published that long before it signs: longer than anybody goes without reading the keys. */
export const LEAD = 3_600_000;
/** A key is published that long after its successor signs: longer than any token that it has signed lives. */
export const OVERLAP = 3_600_000;

/** The key that signs now: the newest that has begun, or the first, where the clock of who made it is ahead. */
export function signerAt<Key extends Scheduled>(keys: readonly Key[], now: number): Key | undefined {
  const ordered = inOrder(keys);
  return ordered.findLast(({ signsFrom }) => signsFrom <= now) ?? ordered[0];
}

/** Keys that tokens may be signed with: the one that signs, those to come, and those whose tokens may still live. */
export function publishedAt<Key extends Scheduled>(keys: readonly Key[], now: number): Key[] {
  const ordered = inOrder(keys);
  return ordered.filter((_, index) => {
    const successor = ordered[index + 1];
    return successor === undefined || now < successor.signsFrom + OVERLAP;
  });
}

/** From when on a new key would sign, where it is time to make one; at once where nothing else can sign. */
export function nextKeyAt(keys: readonly Scheduled[], now: number): number | undefined {
  const newest = inOrder(keys).at(-1);
  if (newest === undefined) return now;
  const due = newest.signsFrom + ROTATION;
  return now < due - LEAD ? undefined : Math.max(due, now + LEAD);
}

function inOrder<Key extends Scheduled>(keys: readonly Key[]): Key[] {
  return keys.toSorted((a, b) => a.signsFrom - b.signsFrom || (a.kid < b.kid ? -1 : 1));
}
