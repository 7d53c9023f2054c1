import { digest } from "../access/caller.ts";
import type { Counted } from "./limits.ts";
import type { Admission, WindowSettings } from "./window.ts";

/**
 * RateLimit and RateLimit-Policy, which may name several policies (draft-ietf-httpapi-ratelimit-headers-08).
 * @param at one for each of `counted`, or for the first of them.
 */
export function rateLimitFields(
  counted: readonly Counted[],
  settings: Readonly<Record<Counted["limit"], WindowSettings>>,
  admissions: readonly Admission[],
): { ratelimit: string; "ratelimit-policy": string } {
  const limits: string[] = [];
  const policies: string[] = [];
  for (const [index, { isAdmitted, count, freeIn }] of admissions.entries()) {
    const { limit: name, caller } = counted[index] as Counted;
    const { limit, span } = settings[name];
    limits.push(`"${name}"; r=${isAdmitted ? limit - count : 0}; t=${seconds(freeIn)}`);
    policies.push(`"${name}"; q=${limit}; w=${seconds(span)}; pk=:${partitionKey(caller)}:`);
  }
  return { ratelimit: limits.join(", "), "ratelimit-policy": policies.join(", ") };
}

/** Whole seconds, after which there is room in a window. */
export function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1000);
}

/** Tells callers apart without saying who they are. */
function partitionKey(caller: string): string {
  return Buffer.from(digest(caller).slice(0, 12)).toString("base64");
}
