import { fork } from "node:child_process";
import { once } from "node:events";
import type { LoadResult } from "#load/generator.ts";
import type { Load } from "./load.ts";
import { cpuOf, machineBusy, type Parts } from "./processes.ts";

export interface LoadRun {
  /** What the ids of its payments begin with. */
  readonly run: string;
  readonly load: LoadResult;
  /** Answers with 200 a second. */
  readonly perSecond: number;
  /** Processor time by part, the generator's too, for each answer with 200, in microseconds. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Of all processors, from 0 to 1, for those parts and for everything else on the machine. */
  readonly share: { readonly parts: number; readonly others: number };
}

const SEED = 42;
let runs = 0;

/** Runs a load in a process of its own, and takes the processor time that it costs everybody. */
export async function runLoad(
  load: Omit<Load, "run" | "seed">,
  parts: Parts,
  processors: number = 1,
): Promise<LoadRun> {
  const run = `${process.pid.toString(36)}x${(++runs).toString(36)}x${Date.now().toString(36)}`;
  const generator = fork(new URL("generator.ts", import.meta.url), { serialization: "advanced" });
  const began = performance.now();
  const [before, machineBefore] = [cpuOf(parts), machineBusy()];
  generator.send({ ...load, run, seed: SEED + runs } satisfies Load);
  const [result] = (await once(generator, "message")) as [LoadResult];
  const [after, machineAfter] = [cpuOf(parts), machineBusy()];
  const seconds = (performance.now() - began) / 1000;

  const good = result.answered["200"] ?? 0;
  const spent = Object.fromEntries(Object.keys(parts).map((part) => [part, after[part]! - before[part]!]));
  spent["generator"] = result.cpuShare * result.elapsedSeconds;
  const sum = Object.values(spent).reduce((total, each) => total + each, 0);
  return {
    run,
    load: result,
    perSecond: good / result.elapsedSeconds,
    cpu: Object.fromEntries(Object.entries(spent).map(([part, each]) => [part, (each / good) * 1e6])),
    share: {
      parts: sum / seconds / processors,
      others: (machineAfter.busy - machineBefore.busy - sum) / seconds / processors,
    },
  };
}
