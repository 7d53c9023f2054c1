import { setTimeout as pause } from "node:timers/promises";

export interface Waiting {
  /** How long to keep looking before giving up. */
  readonly timeoutMs: number;
  /** The pause between two looks. */
  readonly everyMs?: number;
}

/**
 * Looks again and again until `look` finds something, and returns it; undefined when time ran out.
 * What a store does has no event to wait for: its state is seen in files, processes and answers.
 */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  { timeoutMs, everyMs = 10 }: Waiting,
): Promise<T | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() >= end) return undefined;
    await pause(everyMs);
  }
}

/** Counts one budget of time down over several waits in a row. */
export function countdown(timeoutMs: number): () => number {
  const end = performance.now() + timeoutMs;
  return () => Math.max(0, end - performance.now());
}

/**
 * Resolves with null when an answer is late. One that has arrived while this process itself was busy is not: it is read
 * first, in the turn of the loop between the timer and the check.
 * https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
 */
export function lateAfter(timeoutMs: number): { readonly promise: Promise<null>; cancel(): void } {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => setImmediate(() => resolve(null)), timeoutMs);
  return { promise, cancel: () => clearTimeout(timer) };
}
