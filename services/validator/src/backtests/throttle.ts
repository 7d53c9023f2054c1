import { setTimeout as delay } from "node:timers/promises";

/**
 * Keeps a thread to a share of one core: `rest` waits until the processor time since the last rest is no more than
 * `share` of the time that has passed. Waiting for the database counts as rest, and is not saved up. Throws when the
 * signal is aborted.
 */
export function createThrottle(share: number, signal: AbortSignal): { rest(): Promise<void> } {
  let worked = process.threadCpuUsage();
  let began = performance.now();

  return {
    async rest() {
      const { user, system } = process.threadCpuUsage(worked);
      const busy = (user + system) / 1000;
      const owed = busy / share - (performance.now() - began);
      if (owed >= 1) await delay(owed, undefined, { signal });
      worked = process.threadCpuUsage();
      began = performance.now();
    },
  };
}
