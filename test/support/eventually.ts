import { setTimeout as pause } from "node:timers/promises";
import type { Running } from "./command-line.ts";

const LOOK_EVERY_MS = 20;

/** Looks while a command runs: one that has ended will not bring about what is looked for. */
export async function whileRunning(
  command: Running,
  what: string,
  look: () => boolean | undefined,
  withinMs?: number,
): Promise<void> {
  const over = command.ended.then(({ stdout, stderr }) => {
    throw new Error(`The command ended before ${what}: ${stdout}${stderr}`);
  });
  await Promise.race([eventually(what, look, withinMs), over]);
}

/**
 * Looks until it finds something other than undefined, null or false; a look that throws has not found it yet.
 * @throws when the deadline is over, with what the last look threw.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  withinMs = 15_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== null && found !== false)
        return found as Exclude<T, undefined | null | false>;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) throw new Error(`Not within ${withinMs} ms: ${what}`, { cause: last });
    await pause(LOOK_EVERY_MS);
  }
}
