import type { Cache } from "../cache/cache.ts";
import type { AggregateDefinition, Observation } from "./aggregate.ts";
import { arrange, figureAt, pushArguments, type Layout } from "./layout.ts";
import { readCoverage } from "./coverage.ts";
import { createMicroBatch } from "./micro-batch.ts";
import { OBSERVE } from "./script.ts";
import type { Observed, Velocity } from "./velocity.ts";

export interface RedisVelocityOptions {
  cache: Cache;
  /** Claims requests; another name in each process. */
  owner: string;
  /** Milliseconds that a claim lasts: as long as whoever has it may take to store its decision. */
  claimTtl: number;
  /** Milliseconds that a decision waits for its figures, give or take ten. */
  timeout: number;
  /** For metrics: how many transactions were observed, or were not because Redis was away or late. */
  onObserved?: (transactions: number, outcome: "observed" | "away") => void;
}

/** Windows in Redis, shared by all replicas (docs/decisions/0017). */
export interface RedisVelocity extends Velocity {
  /** The definitions in use, by id. */
  readonly layout: Layout;
  /** Called after each change of the definitions. */
  onDefined(listener: (before: Layout, after: Layout) => void): void;
  /** Adds transactions in any order, without asking for figures. Rejects where Redis is away. */
  add(observations: readonly Observation[], layout?: Layout): Promise<void>;
}

/** Transactions of one script call: about two milliseconds, in which Redis does nothing else. */
const MAX_BATCH = 100;
/** What comes while one is on its way goes with the next: the larger a batch, the less each transaction costs. */
const MAX_IN_FLIGHT = 1;

const AWAY: Observed = { aggregates: new Map(), observed: false, claimedElsewhere: false };
const ELSEWHERE: Observed = { aggregates: new Map(), observed: false, claimedElsewhere: true };
const NOTHING: Observed = { aggregates: new Map(), observed: true, claimedElsewhere: false };

interface Item {
  readonly observation: Observation;
  readonly claim: boolean;
}

/** The script's answer: the values of the coverage keys, then the numbers of all transactions. */
type Reply = readonly [coverage: readonly (string | null)[], numbers: readonly number[]];

export function createRedisVelocity(options: RedisVelocityOptions): RedisVelocity {
  const { cache, owner, claimTtl, timeout, onObserved = () => {} } = options;
  let layout = arrange([]);
  const listeners: ((before: Layout, after: Layout) => void)[] = [];

  async function send(items: readonly Item[]): Promise<Observed[]> {
    const asked = layout;
    const args: (string | number)[] = [asked.json, "1", owner, claimTtl];
    for (const { observation, claim } of items) pushArguments(args, asked, observation, claim);
    try {
      const answers = readReply(items, asked, (await cache.run(OBSERVE, args)) as Reply);
      onObserved(items.length, "observed");
      return answers;
    } catch (error) {
      onObserved(items.length, "away");
      throw error;
    }
  }

  function readReply(items: readonly Item[], asked: Layout, [values, numbers]: Reply): Observed[] {
    const coverage = readCoverage(cache.state, values);
    let start = 0;
    return items.map(({ observation: { at } }) => {
      if (numbers[start++] === 1) return ELSEWHERE;
      const aggregates = new Map<string, bigint>();
      for (const place of asked.places) {
        if ((coverage[place.group] as number) > at - place.window) continue;
        const figure = figureAt(numbers, start, place);
        if (figure !== undefined) aggregates.set(place.id, figure);
      }
      start += asked.width;
      return { aggregates, observed: true, claimedElsewhere: false };
    });
  }

  const batch = createMicroBatch({
    send,
    maxItems: MAX_BATCH,
    maxInFlight: MAX_IN_FLIGHT,
    timeout,
    late: AWAY,
  });

  return {
    get layout() {
      return layout;
    },
    onDefined: (listener) => void listeners.push(listener),
    async observe(observation, claim) {
      if (layout.groups.length === 0 && !claim) return NOTHING;
      if (cache.state.status === "ready") return batch.add({ observation, claim });
      onObserved(1, "away");
      return AWAY;
    },
    define(definitions: readonly AggregateDefinition[]) {
      const unique = new Map(definitions.map((definition) => [definition.id, definition]));
      const before = layout;
      layout = arrange([...unique.values()]);
      for (const listener of listeners) listener(before, layout);
    },
    async add(observations, groups = layout) {
      for (let first = 0; first < observations.length; first += MAX_BATCH) {
        const args: (string | number)[] = [groups.json, "0", owner, claimTtl];
        for (const one of observations.slice(first, first + MAX_BATCH))
          pushArguments(args, groups, one, false);
        await cache.run(OBSERVE, args);
      }
    },
  };
}
