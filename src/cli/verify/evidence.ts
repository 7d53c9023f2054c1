import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { ServiceTimes } from "#simulator/scenarios/result.ts";
import type { ArchitectureFile } from "#twin/architecture-file.ts";
import { assertRunnable } from "#twin/runnable.ts";
import type { TwinEvent } from "#twin/status.ts";
import { type Measured, notMeasured, type Wanted } from "#verify/measured.ts";
import { busyMachine } from "#verify/measure/machine.ts";
import { measureTwin } from "#verify/measure/twin.ts";
import { startVerifiedTwin } from "./twin.ts";

export interface Gathered {
  readonly measured: Measured;
  readonly serviceTimes: ServiceTimes | null;
}

/** Runs what the checks want on a twin, and ends it. Where there can be no twin, everything has the reason. */
export async function gatherOnTwin(
  found: ArchitectureFile,
  architecture: ResolvedArchitecture,
  wanted: Wanted,
  options: {
    readonly signal: AbortSignal;
    readonly say: (text: string) => void;
    readonly onEvent: (event: TwinEvent) => void;
  },
): Promise<Gathered> {
  try {
    assertRunnable(architecture);
    const busy = busyMachine();
    if (busy !== null) options.say(`${busy}; what is too slow will be inconclusive`);
    const twin = await startVerifiedTwin(found, architecture, options);
    try {
      return await measureTwin(twin.record, architecture, wanted, { ...options, busy });
    } finally {
      await twin.end();
    }
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    if (options.signal.aborted) return nothing("the verification was ended early");
    options.say(error.message);
    return nothing(error.message.replace(/\.$/, ""));
  }
}

export function nothing(why: string): Gathered {
  return { measured: notMeasured(why), serviceTimes: null };
}
