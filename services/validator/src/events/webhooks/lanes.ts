// The order of deliveries: what has one key is delivered in the order of its numbers, each before the next one begins;
// what has different keys does not wait for each other.

export interface Numbered {
  readonly number: number;
  readonly key: string;
}

/** A delivery that did not succeed yet. */
export interface Waiting extends Numbered {
  readonly attempts: number;
  /** When it is tried again; undefined where that is as soon as nothing of its key is before it. */
  readonly nextAt: Date | undefined;
}

/** Of each key the first that waits, where its time has come; oldest first. */
export function dueHeads<Item extends Waiting>(waiting: readonly Item[], now: Date): Item[] {
  const heads = new Map<string, Item>();
  for (const item of byNumber(waiting)) if (!heads.has(item.key)) heads.set(item.key, item);
  return [...heads.values()].filter(({ nextAt }) => nextAt === undefined || nextAt <= now);
}

/** When the next head is due; undefined where nothing waits. */
export function nextDue(waiting: readonly Waiting[], now: Date): Date | undefined {
  let next: Date | undefined;
  const keys = new Set<string>();
  for (const { key, nextAt } of byNumber(waiting)) {
    if (keys.has(key)) continue;
    keys.add(key);
    const due = nextAt ?? now;
    if (next === undefined || due < next) next = due;
  }
  return next;
}

/**
 * What follows what waits: in lanes of one key each, in order, and apart from them what must wait because something of
 * its key does.
 */
export function planLanes<Item extends Numbered>(
  items: readonly Item[],
  waiting: readonly Waiting[],
): { readonly lanes: Item[][]; readonly behind: Item[] } {
  const blocked = new Set(waiting.map(({ key }) => key));
  const known = new Set(waiting.map(({ number }) => number));
  const lanes = new Map<string, Item[]>();
  const behind: Item[] = [];
  for (const item of byNumber(items)) {
    // It waits already: the page was begun before, and not ended.
    if (known.has(item.number)) continue;
    if (blocked.has(item.key)) behind.push(item);
    else if (lanes.has(item.key)) lanes.get(item.key)?.push(item);
    else lanes.set(item.key, [item]);
  }
  return { lanes: [...lanes.values()], behind };
}

function byNumber<Item extends Numbered>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => a.number - b.number);
}
