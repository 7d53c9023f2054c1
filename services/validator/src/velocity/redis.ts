import type { Cache } from "../cache/cache.ts";
import type { AggregateDefinition, Observation } from "./aggregate.ts";
import { arrange, type Layout } from "./layout.ts";
import { createMicroBatch } from "./micro-batch.ts";
import { OBSERVE } from "./script.ts";
import type { Observed, Velocity } from "./velocity.ts";
import { figureAt, packTransaction, readNumbers } from "./wire.ts";

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
  /** For metrics: how many of the figures that were asked for were told, and how many were not. */
  onFigures?: (told: number, untold: number) => void;
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

export function createRedisVelocity(options: RedisVelocityOptions): RedisVelocity {
  const { cache, owner, claimTtl, timeout, onObserved = () => {}, onFigures = () => {} } = options;
  let layout = arrange([]);
  const listeners: ((before: Layout, after: Layout) => void)[] = [];

  async function send(items: readonly Item[]): Promise<Observed[]> {
    const asked = layout;
    const { state } = cache;
    // The connection that this goes by leads to that server, or to none.
    const runId = state.status === "ready" ? state.runId : "";
    let packed = "";
    for (const { observation, claim } of items) packed += packTransaction(asked, observation, claim);
    try {
      const bytes = Buffer.from(packed, "latin1");
      const answer = await cache.runBytes(OBSERVE, [asked.json, "1", owner, claimTtl, runId, bytes]);
      const answers = readAnswer(items, asked, readNumbers(answer));
      onObserved(items.length, "observed");
      return answers;
    } catch (error) {
      countAway(items.length, asked);
      throw error;
    }
  }

  function countAway(transactions: number, { places }: Layout): void {
    onObserved(transactions, "away");
    onFigures(0, transactions * places.length);
  }

  function readAnswer(items: readonly Item[], asked: Layout, numbers: Float64Array): Observed[] {
    let start = asked.groups.length;
    let [told, untold] = [0, 0];
    const answers = items.map(({ observation: { at } }) => {
      if (numbers[start++] === 1) return ELSEWHERE;
      const aggregates = new Map<string, bigint>();
      for (const place of asked.places) {
        if ((numbers[place.group] as number) > at - place.window) continue;
        const figure = figureAt(numbers, start, place);
        if (figure !== undefined) aggregates.set(place.id, figure);
      }
      start += asked.width;
      told += aggregates.size;
      untold += asked.places.length - aggregates.size;
      return { aggregates, observed: true, claimedElsewhere: false };
    });
    onFigures(told, untold);
    return answers;
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
      countAway(1, layout);
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
        const page = observations.slice(first, first + MAX_BATCH);
        const packed = page.map((one) => packTransaction(groups, one, false)).join("");
        await cache.run(OBSERVE, [groups.json, "0", owner, claimTtl, "", Buffer.from(packed, "latin1")]);
      }
    },
  };
}
