import type { Schedule } from "../system/schedule.ts";
import { LOOPS, type Loops, System } from "../system/system.ts";
import type { TraceLine } from "../system/trace.ts";
import { Violation } from "../system/violation.ts";

export interface Outcome {
  /** The rule that was broken, or null. A crash of a controller breaks the rule `no crash`. */
  readonly broken: { readonly rule: string; readonly message: string } | null;
  readonly events: number;
  /** How long it took in virtual time, in milliseconds. */
  readonly virtualMs: number;
  readonly failovers: number;
  /** Equal for two runs in which the same happened. */
  readonly hash: string;
  /** All that happened, where it was recorded. */
  readonly lines: readonly TraceLine[];
}

/** Runs one schedule; never throws. */
export function runSchedule(schedule: Schedule, loops: Loops = LOOPS, recording = false): Outcome {
  const system = new System(schedule, loops, recording);
  const broken = brokenBy(system);
  return {
    broken,
    events: system.kernel.events,
    virtualMs: system.kernel.now,
    failovers: system.stores.reduce((sum, { failovers }) => sum + failovers, 0),
    hash: system.trace.hash,
    lines: system.trace.lines,
  };
}

function brokenBy(system: System): Outcome["broken"] {
  try {
    system.run();
    return null;
  } catch (error) {
    if (error instanceof Violation) return { rule: error.rule, message: error.message };
    return {
      rule: "no crash",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
