import type { TimingProfile } from "#control/health.ts";
import { DOCUMENTED_TIMING, type ScalingTiming } from "#control/scaling/timing.ts";

/** What a twin adds to the periods that scaling goes by. */
export interface TwinScalingTiming extends ScalingTiming {
  /** How often replicas are measured, in milliseconds. */
  readonly sampleMs: number;
}

/**
 * How long scaling takes, by the timing profile. `local` shortens the periods, so that one sees on a laptop within
 * seconds what takes minutes on AWS; the thresholds, and how many periods have to pass, stay.
 *
 * | What                                               | `document`  | `local`                    |
 * | -------------------------------------------------- | ----------- | -------------------------- |
 * | A period of an alarm                               | as declared | 1/60 of it: 60 s is 1 s    |
 * | Cooldowns and stabilisation windows                | as declared | 1/30 of it: 300 s is 10 s  |
 * | The autoscaler of pods looks, and its rules' period | 15 s        | 1 s                        |
 * | A pod's processors count from its start on         | 300 s       | 5 s                        |
 * | One that is ready within this has been ready       | 30 s        | 1 s                        |
 * | Replicas are measured                              | every 5 s   | every 500 ms               |
 * | Schedules                                          | time of day | time of day                |
 */
export const SCALING_TIMING: Readonly<Record<TimingProfile, TwinScalingTiming>> = {
  document: { ...DOCUMENTED_TIMING, sampleMs: 5_000 },
  local: {
    periods: 1 / 60,
    waits: 1 / 30,
    podSyncMs: 1_000,
    cpuInitialisationMs: 5_000,
    initialReadinessMs: 1_000,
    sampleMs: 500,
  },
};
