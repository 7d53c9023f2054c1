import { availableParallelism } from "node:os";
import { runLoad, type LoadRun } from "./run-load.ts";
import type { RunningTwin } from "./twin.ts";

/** At the 99th percentile, in milliseconds. */
const BOUND_MS = 50;
/** Of the rate: what ends a run are answers that come after its last second. */
const KEPT_UP = 0.98;
/** Payments under way at a time, at most: at 10,000 a second and 50 ms there are 500. */
const CONNECTIONS = 512;
const TRY_SECONDS = 5;
/** The steps that are tried, from the largest one on; smaller ones say nothing on a machine that others use. */
const STEPS = [0.5, 0.25, 0.125, 0.0625];

export function loadAt(twin: RunningTwin, rate: number, seconds: number): Promise<LoadRun> {
  return runLoad(
    { ...twin.endpoint, rate, seconds, connections: CONNECTIONS },
    twin.parts,
    availableParallelism(),
  );
}

/** Whether all were answered in time, at the rate at which they came. */
export function holds({ load, perSecond }: LoadRun, rate: number): boolean {
  return load.answered["200"] === load.asked && perSecond >= KEPT_UP * rate && load.latency.p99 < BOUND_MS;
}

/** The highest rate that holds: found by short tries, and held for `seconds`. Null where none does. */
export async function findRate(
  twin: RunningTwin,
  { below, seconds }: { readonly below: number; readonly seconds: number },
): Promise<{ readonly rate: number; readonly run: LoadRun } | null> {
  let rate = 0;
  for (const step of STEPS) {
    const next = rate + below * step;
    if (holds(await loadAt(twin, next, TRY_SECONDS), next)) rate = next;
  }
  for (; rate > 0; rate -= below * STEPS.at(-1)!) {
    const run = await loadAt(twin, rate, seconds);
    if (holds(run, rate)) return { rate, run };
  }
  return null;
}
