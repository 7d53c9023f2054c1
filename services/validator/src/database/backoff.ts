import { setTimeout as delay } from "node:timers/promises";

/**
 * Milliseconds before the attempt after `failures` failed ones: doubles from 25 to 800, and takes a
 * random half to whole of it, so that the replicas of a service do not come back all at once.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(25 * 2 ** (failures - 1), 800);
  return whole / 2 + (random() * whole) / 2;
}

/** The promise's result, or the failure that `late` makes once `deadline` milliseconds have passed without one. */
export async function within<T>(deadline: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), deadline);
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Repeats an operation that may be repeated until it succeeds, fails for good, or `deadline` milliseconds passed. */
export async function persist<T>(
  operation: () => Promise<T>,
  options: { deadline: number; isFinal: (error: unknown) => boolean; onFailure?: (error: unknown) => void },
): Promise<T> {
  const until = performance.now() + options.deadline;
  for (let failures = 1; ; failures++) {
    try {
      return await operation();
    } catch (error) {
      if (options.isFinal(error)) throw error;
      options.onFailure?.(error);
      const wait = backoff(failures);
      if (performance.now() + wait > until) throw error;
      await delay(wait);
    }
  }
}
