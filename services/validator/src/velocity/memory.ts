import { createFigure, type Entry, type Figure } from "./figure.ts";
import type { AggregateDefinition, Aggregates, Observation } from "./aggregate.ts";

/**
 * Windows in memory, for backtests and as the reference for those in Redis: exact, however many transactions a window
 * holds. Amortised O(1) for transactions in order of time.
 */
export interface MemoryWindows {
  /** Adds a transaction and tells its figures. */
  observe(observation: Observation): Aggregates;
  /** Entries that are kept: a transaction is one for each definition that counts it. */
  readonly size: number;
  /** Forgets what observations at `now` and later, or late by less than a minute, cannot ask for. */
  forget(now: number): void;
}

/** Milliseconds beyond its window that a key keeps transactions, for observations that come late. */
const LATENESS = 60_000;

/** Windows that are empty. */
export function createMemoryWindows(definitions: readonly AggregateDefinition[]): MemoryWindows {
  const keys = new Map<string, Window>();

  function figure(definition: AggregateDefinition, observation: Observation): bigint {
    const key = observation.field(definition.key);
    if (key === undefined) return 0n;
    const ofAmount = definition.of === null && definition.function !== "count";
    const name = JSON.stringify([definition.id, key, ofAmount ? observation.currency : null]);
    let window = keys.get(name);
    if (window === undefined) keys.set(name, (window = new Window(definition)));
    return window.observe(observation);
  }

  return {
    observe: (observation) =>
      new Map(definitions.map((definition) => [definition.id, figure(definition, observation)])),
    get size() {
      return keys.values().reduce((sum, { size }) => sum + size, 0);
    },
    forget(now) {
      for (const [name, window] of keys) {
        window.forget(now);
        if (window.size === 0) keys.delete(name);
      }
    },
  };
}

/** The transactions of one definition and key, by time; `#start` is the first one inside of the window. */
class Window {
  readonly #definition: AggregateDefinition;
  readonly #members = new Map<string, Entry>();
  #entries: Entry[] = [];
  #start = 0;
  #figure: Figure;

  constructor(definition: AggregateDefinition) {
    this.#definition = definition;
    this.#figure = createFigure(definition.function);
  }

  get size(): number {
    return this.#entries.length;
  }

  forget(now: number): void {
    const horizon = now - this.#definition.window - LATENESS;
    this.#advance(horizon);
    this.#drop(horizon);
  }

  observe({ member, at, amount, field }: Observation): bigint {
    const { window, of } = this.#definition;
    const value = of === null ? "" : field(of);
    const entry: Entry = { member, at, amount, value };
    const known = this.#members.get(member);
    // Largest and distinct values are the same however often they are seen: they were last seen when they were last seen.
    const repeatable = this.#figure.idempotent;
    const adds = value !== undefined && (known === undefined || repeatable);
    if (adds && !this.#append(entry)) this.#recount(at - window);
    else this.#moveTo(at - window);
    // Seen again after it has left the window: it is about this very transaction, so it is in its figure.
    if (known !== undefined && !repeatable && known.at <= at - window) return this.#figure.with(entry);
    return this.#figure.value();
  }

  /** Adds an entry; false where it is late, and the figure has to be made anew. */
  #append(entry: Entry): boolean {
    this.#members.set(entry.member, entry);
    const last = this.#entries.at(-1);
    const late = last !== undefined && last.at > entry.at;
    if (late) this.#entries.splice(after(this.#entries, entry.at), 0, entry);
    else this.#entries.push(entry);
    if (!late) this.#figure.add(entry);
    return !late;
  }

  /** Lets the window begin after `horizon`. */
  #moveTo(horizon: number): void {
    const before = this.#entries[this.#start - 1];
    if (before !== undefined && before.at > horizon) {
      this.#recount(horizon);
      return;
    }
    this.#advance(horizon);
    this.#trim();
  }

  #advance(horizon: number): void {
    for (let entry; (entry = this.#entries[this.#start]) && entry.at <= horizon; this.#start++) {
      this.#figure.remove(entry);
    }
  }

  #recount(horizon: number): void {
    this.#figure = createFigure(this.#definition.function);
    this.#start = after(this.#entries, horizon);
    for (const entry of this.#entries.slice(this.#start)) this.#figure.add(entry);
  }

  /** Drops what is too old for any observation, once that is half of the entries. */
  #trim(): void {
    const middle = this.#entries[this.#entries.length >> 1];
    const newest = this.#entries.at(-1);
    if (this.#start < 1000 || middle === undefined || newest === undefined) return;
    const horizon = newest.at - this.#definition.window - LATENESS;
    if (middle.at <= horizon) this.#drop(horizon);
  }

  /** Drops the entries up to `horizon`; the window has to begin after it. */
  #drop(horizon: number): void {
    const old = Math.min(this.#start, after(this.#entries, horizon));
    for (const entry of this.#entries.slice(0, old)) {
      if (this.#members.get(entry.member) === entry) this.#members.delete(entry.member);
    }
    this.#entries = this.#entries.slice(old);
    this.#start -= old;
  }
}

/** Index of the first entry later than `at`. */
function after(entries: readonly Entry[], at: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle] as Entry).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
