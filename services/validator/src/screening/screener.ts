import { setImmediate as turn } from "node:timers/promises";

import type { ScreeningMatch } from "../rules/facts.ts";
import { spellings } from "./name-tokens.ts";
import { type ListedName, NameIndex } from "./name-index.ts";

/** A match that someone has looked at and found to be another person. */
export interface Clearance {
  /** The name that was asked for, as `nameKey` spells it. */
  readonly name: string;
  readonly entry: string;
  /** Milliseconds since 1970; null is for good. */
  readonly until: number | null;
}

/** Names whose matches are kept. */
const REMEMBERED = 50_000;

/** One spelling for all ways to write a name: what a clearance is for. */
export function nameKey(name: string): string {
  return (spellings(name)[0] ?? []).toSorted().join(" ");
}

/** Screens names against the lists, without the matches that were cleared. Immutable but for what it remembers. */
export class Screener {
  readonly #index: NameIndex;
  readonly #cleared: ReadonlyMap<string, readonly Clearance[]>;
  readonly #remembered = new Map<string, readonly ScreeningMatch[]>();

  constructor(index: NameIndex, clearances: readonly Clearance[]) {
    this.#index = index;
    this.#cleared = Map.groupBy(clearances, ({ name }) => name);
  }

  static async build(
    names: Iterable<ListedName> | AsyncIterable<ListedName>,
    clearances: readonly Clearance[],
  ): Promise<Screener> {
    return new Screener(await NameIndex.build(names, turn), clearances);
  }

  /** The same lists with other clearances. */
  with(clearances: readonly Clearance[]): Screener {
    return new Screener(this.#index, clearances);
  }

  get size(): number {
    return this.#index.size;
  }

  /** Matches that are not cleared at `now` (milliseconds since 1970), best first. */
  screen(name: string, now: number): readonly ScreeningMatch[] {
    const found = this.#remembered.get(name) ?? this.#search(name);
    if (found.length === 0 || this.#cleared.size === 0) return found;
    const cleared = this.#cleared.get(nameKey(name));
    if (cleared === undefined) return found;
    return found.filter(
      ({ entry }) => !cleared.some((one) => one.entry === entry && (one.until === null || now < one.until)),
    );
  }

  #search(name: string): readonly ScreeningMatch[] {
    const found = this.#index.search(name);
    // The oldest goes: a Map keeps the order in which names came.
    if (this.#remembered.size >= REMEMBERED)
      this.#remembered.delete(this.#remembered.keys().next().value as string);
    this.#remembered.set(name, found);
    return found;
  }
}
