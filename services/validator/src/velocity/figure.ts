import type { AggregateDefinition } from "./aggregate.ts";

export interface Entry {
  readonly member: string;
  readonly at: number;
  readonly amount: bigint;
  /** What `countDistinct` counts; "" for the others. */
  readonly value: string | undefined;
}

/** A figure of the entries inside of a window: they come and go at its two ends, oldest first. */
export interface Figure {
  /** Whether an entry that comes twice changes nothing. */
  readonly idempotent: boolean;
  add(entry: Entry): void;
  remove(entry: Entry): void;
  value(): bigint;
  /** The value, were this entry there too. */
  with(entry: Entry): bigint;
}

/** The figure of no entries. */
export function createFigure(name: AggregateDefinition["function"]): Figure {
  if (name === "countDistinct") return distinct();
  if (name === "maximum") return maximum();
  return total(name);
}

function total(name: "count" | "sum" | "average"): Figure {
  let count = 0n;
  let sum = 0n;
  const value = (n: bigint, s: bigint) => {
    if (name === "count") return n;
    if (name === "sum") return s;
    return n === 0n ? 0n : s / n;
  };
  return {
    idempotent: false,
    add({ amount }) {
      count++;
      sum += amount;
    },
    remove({ amount }) {
      count--;
      sum -= amount;
    },
    value: () => value(count, sum),
    with: ({ amount }) => value(count + 1n, sum + amount),
  };
}

function distinct(): Figure {
  const times = new Map<string | undefined, number>();
  const figure: Figure = {
    idempotent: true,
    add({ value }) {
      times.set(value, (times.get(value) ?? 0) + 1);
    },
    remove({ value }) {
      const left = (times.get(value) ?? 0) - 1;
      if (left > 0) times.set(value, left);
      else times.delete(value);
    },
    value: () => BigInt(times.size),
    with: ({ value }) => BigInt(times.size + (times.has(value) ? 0 : 1)),
  };
  return figure;
}

/** Keeps those entries only that are larger than all after them: the first one is the largest of all. */
function maximum(): Figure {
  let largest: Entry[] = [];
  let first = 0;
  const value = () => largest[first]?.amount ?? 0n;
  return {
    idempotent: true,
    add(entry) {
      while (largest.length > first && (largest.at(-1) as Entry).amount <= entry.amount) largest.pop();
      largest.push(entry);
    },
    remove(entry) {
      if (largest[first] !== entry) return;
      first++;
      if (first < 1000) return;
      largest = largest.slice(first);
      first = 0;
    },
    value,
    with: ({ amount }) => (amount > value() ? amount : value()),
  };
}
