import type { DrillName } from "#drills/drill.ts";
import type { DrillReport } from "#drills/report.ts";
import type { Substitute } from "#model/substitutes.ts";
import type { LoadResult } from "#load/generator.ts";
import type { Profile } from "./report.ts";

/** Something that was seen, or why it was not. */
export type Seen<Value> = { readonly value: Value } | { readonly why: string };

/** What was measured for a verification. Whoever asks for something that was not gets the reason. */
export interface Measured {
  /** Why what was too slow here may be quicker elsewhere: the machine had other work. Null where it had little. */
  readonly busy: string | null;
  drill(name: DrillName): Seen<DrillReport>;
  load(): Seen<LoadSeen>;
  store(name: string): Seen<StoreSeen>;
}

/** Requests at a rate, to the load balancer of a twin or to a deployed system. */
export interface LoadSeen {
  readonly url: string;
  readonly method: string;
  /** Requests a second that were to be sent. */
  readonly rate: number;
  readonly connections: number;
  readonly result: LoadResult;
  /** In which way the generator may have been the limit. */
  readonly limits: readonly string[];
  /** On average while it went on, in per cent of what is declared; null where nobody could look. */
  readonly utilisation: { readonly cpu: number | null; readonly memory: number | null };
  /** Null for a deployed system, whose timing is its own. */
  readonly profile: Profile | null;
  readonly substitutes: readonly Substitute[];
}

/** Statements or commands to one store, one after the other. */
export interface StoreSeen {
  /** Round trips, in milliseconds. */
  readonly times: {
    readonly count: number;
    readonly average: number;
    readonly p50: number;
    readonly p95: number;
    readonly p99: number;
    readonly max: number;
  };
  /** Held open at the same time, of those that were asked for; null where none were asked for. */
  readonly connections: {
    readonly asked: number;
    readonly open: number;
    readonly error: string | null;
  } | null;
  /** Commands a second that were answered, of as many as could be sent; null where nobody asked for that. */
  readonly perSecond: number | null;
  readonly profile: Profile;
  readonly substitutes: readonly Substitute[];
}

/** Nothing was run. @param why half a sentence: "nothing was run, because of --fast". */
export function notMeasured(why: string): Measured {
  return { busy: null, drill: () => ({ why }), load: () => ({ why }), store: () => ({ why }) };
}

/** What the checks would like to have measured. */
export interface Wanted {
  readonly drills: ReadonlySet<DrillName>;
  readonly load: boolean;
  readonly stores: ReadonlySet<string>;
}

/** Gives nothing, and writes down what was asked for. */
export function recorder(): Measured & { readonly wanted: Wanted } {
  const why = "it has not been measured yet";
  const drills = new Set<DrillName>();
  const stores = new Set<string>();
  const wanted = { drills, stores, load: false };
  return {
    wanted,
    busy: null,
    drill: (name) => {
      drills.add(name);
      return { why };
    },
    load: () => {
      wanted.load = true;
      return { why };
    },
    store: (name) => {
      stores.add(name);
      return { why };
    },
  };
}
