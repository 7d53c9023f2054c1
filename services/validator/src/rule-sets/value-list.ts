import { setImmediate as turn } from "node:timers/promises";

/** So many that each stays small for a million values. A power of two. */
const SHARDS = 128;
/** Characters at the end of a value that choose its shard: there account numbers differ. */
const TAIL = 4;
/** Values that are copied between two turns of the event loop. */
const SLICE = 10_000;

/** A value that was added (true) or removed (false). */
export type ValueChange = readonly [value: string, present: boolean];

/** The values of a list at one moment. It never changes: a decision that holds it goes on seeing what it saw. */
export interface ValueList {
  readonly size: number;
  has(value: string): boolean;
  /** The list with the changes made, in their order. Only what they touch is copied, and a little at a time. */
  with(changes: readonly ValueChange[]): Promise<ValueList>;
}

/**
 * Many small sets instead of one: a large Set copies itself each time that it has doubled, which would hold up
 * decisions for a tenth of a second, and it could only be changed as a whole.
 */
export class ValueListBuilder {
  readonly #shards = Array.from({ length: SHARDS }, () => new Set<string>());

  add(value: string): void {
    this.#shards[shardOf(value)]?.add(value);
  }

  /** The list; from now on nothing is added. */
  build(): ValueList {
    return new Shards(this.#shards);
  }
}

class Shards implements ValueList {
  readonly #shards: readonly ReadonlySet<string>[];
  readonly size: number;

  constructor(shards: readonly ReadonlySet<string>[]) {
    this.#shards = shards;
    this.size = shards.reduce((sum, { size }) => sum + size, 0);
  }

  has(value: string): boolean {
    return (this.#shards[shardOf(value)] as ReadonlySet<string>).has(value);
  }

  async with(changes: readonly ValueChange[]): Promise<ValueList> {
    const shards = [...this.#shards];
    let copied = 0;
    for (const [index, own] of Map.groupBy(changes, ([value]) => shardOf(value))) {
      const shard = new Set(shards[index]);
      for (const [value, present] of own) {
        if (present) shard.add(value);
        else shard.delete(value);
      }
      shards[index] = shard;
      copied += shard.size;
      if (copied < SLICE) continue;
      copied = 0;
      await turn();
    }
    return new Shards(shards);
  }
}

function shardOf(value: string): number {
  let mixed = value.length;
  for (let index = Math.max(0, value.length - TAIL); index < value.length; index++) {
    mixed = Math.imul(mixed, 31) + value.charCodeAt(index);
  }
  return (mixed ^ (mixed >>> 8)) & (SHARDS - 1);
}
