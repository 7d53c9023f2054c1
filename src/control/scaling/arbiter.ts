/**
 * The one place where the wishes of several policies become one capacity, so that no two of them fight.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html#target-tracking-multiple-policies
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
 *
 * - Out if any policy wants out, to the largest capacity that one wants.
 * - In only if every policy of target tracking wants in and no step policy wants out; again the largest.
 * - While the cooldown of a scale-out runs, what it has added counts as part of the next one: only a larger wish
 *   raises the capacity further. Beyond AWS, nothing scales in while it runs, so that no pair of policies can swing.
 * - While the cooldown of a scale-in runs, nothing scales in. A scale-out comes at once and ends it.
 */
import type { Instant } from "../controller.ts";
import type { Opinion } from "./opinion.ts";
import { type StepScaling, takeStep } from "./step-scaling.ts";
import { type TargetTracking, trackTarget } from "./target-tracking.ts";

export type AlarmPolicy = TargetTracking | StepScaling;

/** The cooldowns that run; one that is over is as good as null. */
export interface Cooldowns {
  /** `base` is the capacity before the scale-out that began it. */
  readonly out: { readonly until: Instant; readonly base: number } | null;
  readonly in: { readonly until: Instant } | null;
}

export const NO_COOLDOWNS: Cooldowns = { out: null, in: null };

export interface Situation {
  readonly capacity: number;
  readonly min: number;
  readonly max: number;
  readonly cooldowns: Cooldowns;
  /** While replicas are replaced by a deployment nothing scales in, as on ECS. */
  readonly deploying: boolean;
}

export interface Decision {
  readonly desired: number;
  readonly cause: string;
  readonly cooldowns: Cooldowns;
}

/** What is done about the policies' wishes; null: nothing. `pointsOf` gives the data points that a policy goes by. */
export function arbitrate(
  policies: readonly AlarmPolicy[],
  pointsOf: (policy: AlarmPolicy) => readonly (number | null)[],
  situation: Situation,
  now: Instant,
): Decision | null {
  const { capacity, cooldowns } = situation;
  const cooling = cooldowns.out !== null && now < cooldowns.out.until ? cooldowns.out : null;
  const from = { capacity, base: cooling?.base ?? capacity };
  const opinions = policies.map((policy) => ({ policy, ...opinionOf(policy, pointsOf(policy), from) }));
  const outs = opinions.filter(isWish).filter(({ kind }) => kind === "out");
  if (outs.length > 0) return scaleOut(outs, from.base, situation, now);
  const busy = cooling !== null || (cooldowns.in !== null && now < cooldowns.in.until);
  if (busy || situation.deploying || opinions.some(({ kind }) => kind === "hold")) return null;
  return scaleIn(opinions.filter(isWish), situation, now);
}

type Wish = { readonly policy: AlarmPolicy } & Extract<Opinion, { readonly desired: number }>;

function isWish(opinion: { readonly policy: AlarmPolicy } & Opinion): opinion is Wish {
  return opinion.kind === "out" || opinion.kind === "in";
}

function opinionOf(
  policy: AlarmPolicy,
  points: readonly (number | null)[],
  from: { readonly capacity: number; readonly base: number },
): Opinion {
  return policy.kind === "step" ? takeStep(policy, points, from) : trackTarget(policy, points, from);
}

function scaleOut(
  wishes: readonly Wish[],
  base: number,
  { capacity, max }: Situation,
  now: Instant,
): Decision | null {
  const wish = largest(wishes);
  const desired = Math.min(wish.desired, max);
  if (desired <= capacity) return null;
  return {
    desired,
    cause: wish.cause,
    cooldowns: { out: { until: now + cooldownOf(wish.policy, "out"), base }, in: null },
  };
}

function scaleIn(
  wishes: readonly Wish[],
  { capacity, min, cooldowns }: Situation,
  now: Instant,
): Decision | null {
  if (wishes.length === 0) return null;
  const wish = largest(wishes);
  const desired = Math.max(wish.desired, min);
  if (desired >= capacity) return null;
  return {
    desired,
    cause: wish.cause,
    cooldowns: { ...cooldowns, in: { until: now + cooldownOf(wish.policy, "in") } },
  };
}

function largest(wishes: readonly Wish[]): Wish {
  return wishes.reduce((best, wish) => (wish.desired > best.desired ? wish : best));
}

function cooldownOf(policy: AlarmPolicy, direction: "out" | "in"): number {
  return policy.kind === "step" ? policy.cooldownMs : policy.cooldownMs[direction];
}
