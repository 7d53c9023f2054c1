import type { WeightedForward } from "./configuration.ts";

/**
 * Gives each group its share, spread as evenly as the weights allow: with 3 and 1, every fourth request goes
 * to the second group, and not each with a chance of one in four.
 */
export class Weights {
  readonly #groups: readonly { group: string; weight: number; credit: number }[];
  readonly #total: number;

  constructor(groups: WeightedForward["groups"]) {
    this.#groups = groups.map(({ group, weight }) => ({ group, weight, credit: 0 }));
    this.#total = groups.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** @returns the name of a group; undefined when all weights are 0. */
  next(): string | undefined {
    if (this.#total === 0) return undefined;
    let best = this.#groups[0]!;
    for (const each of this.#groups) {
      each.credit += each.weight;
      if (each.credit > best.credit) best = each;
    }
    best.credit -= this.#total;
    return best.group;
  }
}
