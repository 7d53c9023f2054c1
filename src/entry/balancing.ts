import type { TargetState } from "./configuration.ts";

export interface Candidate {
  readonly state: TargetState;
  /** Requests that were sent to it and are not answered yet. */
  readonly outstanding: number;
}

/**
 * Least outstanding requests among the healthy targets; equals take turns, beginning behind the one chosen
 * last. Where no target is healthy, all take part that are not draining: ALB "fails open".
 * Source: "Routing algorithms" and "Target group health" of the ALB user guide.
 * @param last index of the target chosen last, -1 at first.
 * @param excluded targets that were tried for this request already.
 * @returns an index, or -1 when no target may have the request.
 */
export function chooseTarget(
  targets: readonly Candidate[],
  last: number,
  excluded?: readonly Candidate[],
): number {
  const count = targets.length;
  let chosen = -1;
  let least = Infinity;
  let openChosen = -1;
  let openLeast = Infinity;
  let anyHealthy = false;
  let index = last;
  for (let step = 0; step < count; step++) {
    index = index + 1 >= count ? 0 : index + 1;
    const target = targets[index]!;
    if (target.state === "draining") continue;
    const healthy = target.state === "healthy";
    anyHealthy ||= healthy;
    if (excluded?.includes(target)) continue;
    if (healthy && target.outstanding < least) {
      chosen = index;
      least = target.outstanding;
    } else if (!healthy && target.outstanding < openLeast) {
      openChosen = index;
      openLeast = target.outstanding;
    }
  }
  return anyHealthy ? chosen : openChosen;
}
