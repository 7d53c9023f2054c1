import { availableParallelism, loadavg } from "node:os";

/** Programs that want to run, for each processor: beyond it, whatever is measured waits for others. */
const BUSY = 1;

/**
 * Whether other work takes this machine's time, as half a sentence; null where it does not. To be asked before a twin is
 * started, which is work as well.
 */
export function busyMachine(
  load: number = loadavg()[0] ?? 0,
  processors: number = availableParallelism(),
): string | null {
  return load > BUSY * processors
    ? `this machine was busy before it began: ${load.toFixed(1)} programs wanted to run on ${processors} processors`
    : null;
}
