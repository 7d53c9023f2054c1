import type { Kernel } from "../kernel/kernel.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { Network } from "./network.ts";
import type { Schedule } from "./schedule.ts";
import type { Supervisor } from "./supervisor.ts";
import type { Trace } from "./trace.ts";

/** What all parts of one simulated system share. */
export interface Surroundings {
  readonly schedule: Schedule;
  readonly kernel: Kernel;
  readonly network: Network;
  readonly supervisor: Supervisor;
  readonly trace: Trace;
  /** A stream of random numbers for each part, by its name. */
  readonly stream: (name: string) => RandomStream;
  /** Whether everything in a zone is gone at present. */
  readonly isLost: (zone: number) => boolean;
}
