import { availableParallelism } from "node:os";
import { spread, type Spread } from "../spread.ts";
import { findInserter } from "./inserts.ts";
import { runLoad, type LoadRun } from "./run-load.ts";
import type { RunningTwin } from "./twin.ts";

export interface Saturation {
  /** A second. */
  readonly decisions: Spread;
  readonly inserts: Spread;
  readonly insertsBy: string;
  readonly ratio: Spread;
  /** The last one. */
  readonly run: LoadRun;
}

const ROUNDS = 3;
/** Payments under way at a time: each connection sends its next one as soon as it has its answer. */
const CONNECTIONS = 256;

/**
 * As many decisions as the twin can make, beside as many single-row inserts as its primary and standby can take from 16
 * clients. Short rounds take turns, so that noise hits both alike; each ratio is of one round.
 */
export async function saturate(twin: RunningTwin, seconds: number, folder: string): Promise<Saturation> {
  const inserter = await findInserter(twin.primaryUrl, folder);
  const rounds: { run: LoadRun; inserts: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const inserts = await inserter.insert(seconds);
    const load = { ...twin.endpoint, rate: null, seconds, connections: CONNECTIONS };
    rounds.push({ inserts, run: await runLoad(load, twin.parts, availableParallelism()) });
  }
  return {
    decisions: spread(rounds.map(({ run }) => run.perSecond)),
    inserts: spread(rounds.map(({ inserts }) => inserts)),
    insertsBy: inserter.name,
    ratio: spread(rounds.map(({ run, inserts }) => run.perSecond / inserts)),
    run: rounds.at(-1)!.run,
  };
}
