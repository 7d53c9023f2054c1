/** Milliseconds that are waited at most, however many attempts have failed and whatever the receiver asks for. */
const LONGEST = 6 * 3_600_000;

/**
 * Milliseconds before the attempt after `failures` failed ones: four times as long after each, of which a random half
 * to whole is taken, so that what failed together does not come back together. A receiver that says when it wants the
 * next attempt (Retry-After) gets it no earlier.
 */
export function retryDelay(
  failures: number,
  { retry, retryAfter = 0 }: { readonly retry: number; readonly retryAfter?: number | undefined },
  random: () => number = Math.random,
): number {
  const whole = Math.min(retry * 4 ** Math.min(failures - 1, 20), LONGEST);
  return Math.min(Math.max(whole / 2 + (random() * whole) / 2, retryAfter), LONGEST);
}

/** Milliseconds that a Retry-After header asks for (RFC 9110, section 10.2.3); undefined where it does not say. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
