import type { TimingProfile } from "#control/health.ts";
import type { Milliseconds } from "#model/quantities/duration.ts";

/** On one machine nobody waits minutes to see that a write is safe. */
const LOCAL_PROMISE_MS = 5_000;
/** What of the promise is left for bringing a file to the bucket. */
const FOR_THE_WAY_MS = 1_000;

/** How long a write may be in no bucket, and how long a server may therefore wait until it archives. */
export function archiveInterval(
  profile: TimingProfile,
  declared: Milliseconds,
): { readonly promisedMs: Milliseconds; readonly waitsMs: Milliseconds } {
  const promisedMs = profile === "local" ? Math.min(declared, LOCAL_PROMISE_MS) : declared;
  return { promisedMs, waitsMs: Math.max(1_000, promisedMs - FOR_THE_WAY_MS) };
}
