/** What is seen to after every event of a service's replicas; the order is in replicas.ts. */
import { backoffDelay } from "./backoff.ts";
import type { Instant, Step } from "./controller.ts";
import { type Placement, place } from "./placement.ts";
import {
  type Replica,
  type ReplicasAction,
  type ReplicasState,
  isGood,
  isHealthy,
  isLive,
  isOutdated,
  rolloutBounds,
  zonesInUse,
} from "./replica-state.ts";

type ReplicasStep = Step<ReplicasState, ReplicasAction>;

/** Marks replicas that had their time to become healthy. */
export function noticeSick(state: ReplicasState, now: Instant): ReplicasStep {
  let next = state;
  for (const replica of state.replicas.filter(isGood)) {
    const sick = diagnose(replica, state, now);
    if (sick === null) continue;
    next = recordFailure(updateReplica(next, { ...replica, sick }), replica, now);
  }
  return { state: next, actions: [] };
}

function diagnose(replica: Replica, { settings }: ReplicasState, now: Instant): Replica["sick"] {
  if (isHealthy(replica)) return null;
  const late = now >= replica.requestedAt + settings.startTimeoutMs;
  if (replica.firstHealthyAt === null && late) return "did not become healthy in time";
  const from = sickFrom(replica, settings);
  return from !== null && now >= from ? "unhealthy" : null;
}

/** When an unhealthy replica's time is over; null while it is not unhealthy. */
export function sickFrom(replica: Replica, settings: ReplicasState["settings"]): Instant | null {
  if (replica.health !== "unhealthy") return null;
  // One that was healthy has started: the grace is over for it, however short it has run.
  if (replica.firstHealthyAt !== null)
    return (replica.unhealthySince ?? 0) + (settings.unhealthyPatienceMs ?? 0);
  return replica.startedAt === null ? null : replica.startedAt + settings.healthCheckGracePeriodMs;
}

/**
 * Removes what scaling in, or a better place, has made superfluous: a healthy replica only while the
 * desired number of healthy ones remains, another one while enough are healthy or on their way. What
 * is to be replaced anyway does not count here.
 */
export function removeSurplus(state: ReplicasState, now: Instant): ReplicasStep {
  const good = currentReplicas(state).filter(isGood);
  let spare = good.length - state.desired;
  let spareHealthy = good.filter(isHealthy).length - state.desired;
  let step: ReplicasStep = { state, actions: [] };
  for (const id of planPlacement(state).remove) {
    const replica = good.find((candidate) => candidate.id === id);
    if (replica === undefined || spare <= 0 || (isHealthy(replica) && spareHealthy <= 0)) continue;
    spare -= 1;
    if (isHealthy(replica)) spareHealthy -= 1;
    step = retire(step, replica, now);
  }
  return step;
}

/** Starts what is missing, and what a zone is short of, as far as the surge and the backoff allow. */
export function startMissing(state: ReplicasState, now: Instant): ReplicasStep {
  let step: ReplicasStep = { state, actions: [] };
  for (;;) {
    const { replicas, desired, retryAt } = step.state;
    const [zone] = planPlacement(step.state).add;
    const missing = currentReplicas(step.state).filter(isGood).length < desired;
    if (!missing) step = { ...step, state: { ...step.state, vacancies: [] } };
    if (zone === undefined || (retryAt !== null && now < retryAt) || isPaused(step.state)) return step;
    if (replicas.filter(isLive).length >= desired + rolloutBounds(step.state).surge) {
      const sickest = replicas
        .filter((replica) => isLive(replica) && !isGood(replica))
        .toReversed()
        .toSorted(leastPromising)[0];
      if (!missing || sickest === undefined) return step;
      step = retire(step, sickest, now);
      continue;
    }
    step = start(step, zone, now);
  }
}

/** Whether a roll waits at its limit, though there is enough of old and new to serve. */
export function isPaused(state: ReplicasState): boolean {
  const { pace, desired } = state;
  if (pace.held) return true;
  const good = state.replicas.filter(isGood);
  const renewed = good.filter((replica) => !isOutdated(replica, state)).length;
  return pace.limit !== null && renewed >= pace.limit && good.length >= desired;
}

/** Stops the sick once there are enough healthy replicas without them. */
export function removeReplaced(state: ReplicasState, now: Instant): ReplicasStep {
  const start: ReplicasStep = { state, actions: [] };
  if (state.replicas.filter(isHealthy).length < state.desired) return start;
  const sick = state.replicas.filter((replica) => isLive(replica) && !isGood(replica));
  return sick.reduce((step, replica) => retire(step, replica, now), start);
}

/**
 * Lets replicas leave the zones that are drained, as `kubectl drain` and ECS's draining of instances do: at once what
 * is not healthy, and what is healthy as long as the disruption budget is kept without it.
 * https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
export function evictDrained(state: ReplicasState, now: Instant): ReplicasStep {
  const { settings, draining } = state;
  const kept = settings.minAvailable ?? rolloutBounds(state).minimumHealthy;
  let step: ReplicasStep = { state, actions: [] };
  for (const replica of state.replicas.filter(({ zone }) => draining.includes(zone)).filter(isLive)) {
    const healthy = step.state.replicas.filter(isHealthy).length;
    if (healthy - (isHealthy(replica) ? 1 : 0) >= kept) step = retire(step, replica, now);
  }
  return step;
}

export function stopEverything(state: ReplicasState, now: Instant): ReplicasStep {
  const start: ReplicasStep = { state, actions: [] };
  return state.replicas.filter(isLive).reduce((step, replica) => retire(step, replica, now), start);
}

/** Stops what has drained for long enough, and kills what has not stopped in time. */
export function enforceStopDeadlines(state: ReplicasState, now: Instant): ReplicasStep {
  const { deregistrationDelayMs, stopTimeoutMs } = state.settings;
  let step: ReplicasStep = { state, actions: [] };
  for (let replica of state.replicas) {
    if (replica.phase === "draining" && now >= replica.since + deregistrationDelayMs) {
      step = stop(step, replica, now);
      replica = { ...replica, phase: "stopping", since: now };
    }
    if (replica.phase === "stopping" && !replica.killed && now >= replica.since + stopTimeoutMs) {
      const killed = updateReplica(step.state, { ...replica, killed: true });
      step = { state: killed, actions: [...step.actions, { kind: "kill", id: replica.id }] };
    }
  }
  return step;
}

const LEAVING = { health: "unknown", healthySince: null, unhealthySince: null, available: false } as const;

/** SIGTERM now. */
export function stop(step: ReplicasStep, replica: Replica, now: Instant): ReplicasStep {
  const state = updateReplica(step.state, { ...replica, ...LEAVING, phase: "stopping", since: now });
  return { state, actions: [...step.actions, { kind: "stop", id: replica.id }] };
}

/**
 * Counts a replica that was lost or became sick. Replicas that were started before the last failure
 * belong to the same wave and count once, so that an outage that takes four does not slow the
 * replacement down as four failures in a row would. One that had long been healthy proves that the
 * service can run: after it, the replacement does not wait. What happens to an outdated one says
 * nothing about those that are started now.
 */
export function recordFailure(state: ReplicasState, replica: Replica, now: Instant): ReplicasState {
  if (isOutdated(replica, state)) return state;
  const { backoff } = state.settings;
  // One that was found sick has been counted then.
  const failedReplicas = state.failedReplicas + (replica.sick === null ? 1 : 0);
  state = { ...state, failedReplicas };
  const proven = replica.firstHealthyAt !== null && now - replica.firstHealthyAt >= backoff.resetAfterMs;
  if (proven) return { ...state, failures: 1, lastFailureAt: now, retryAt: now };
  if (state.lastFailureAt !== null && replica.requestedAt < state.lastFailureAt) return state;
  const failures = state.failures + 1;
  return { ...state, failures, lastFailureAt: now, retryAt: now + backoffDelay(failures, backoff) };
}

export function updateReplica(state: ReplicasState, replica: Replica): ReplicasState {
  return { ...state, replicas: state.replicas.map((old) => (old.id === replica.id ? replica : old)) };
}

/** Where replicas of this generation are missing or too many, as if there were no others. */
export function planPlacement(state: ReplicasState): Placement {
  const { replicas, desired, vacancies } = state;
  const good = currentReplicas(state).filter(isGood);
  const replaced = replicas.filter((replica) => isLive(replica) && !good.includes(replica));
  return place(
    zonesInUse(state),
    good.map((replica) => ({ ...replica, healthy: isHealthy(replica) })),
    desired,
    [...vacancies, ...replaced.map((replica) => replica.zone)],
  );
}

/** Whether the replicas are spread over the zones as they should be, as far as healthy ones are moved for that. */
export function isBalanced(state: ReplicasState): boolean {
  return rolloutBounds(state).surge === 0 || planPlacement(state).add.length === 0;
}

function currentReplicas(state: ReplicasState): readonly Replica[] {
  return state.replicas.filter((replica) => !isOutdated(replica, state));
}

function start(step: ReplicasStep, zone: string, now: Instant): ReplicasStep {
  const { state } = step;
  const id = `${state.service}-${state.nextNumber}`;
  const replica: Replica = {
    id,
    zone,
    version: state.version,
    generation: state.generation,
    phase: "starting",
    health: "unknown",
    since: now,
    requestedAt: now,
    startedAt: null,
    firstHealthyAt: null,
    healthySince: null,
    unhealthySince: null,
    available: false,
    sick: null,
    killed: false,
  };
  const filled = state.vacancies.indexOf(zone);
  const vacancies = filled === -1 ? state.vacancies : state.vacancies.toSpliced(filled, 1);
  return {
    state: { ...state, vacancies, replicas: [...state.replicas, replica], nextNumber: state.nextNumber + 1 },
    actions: [...step.actions, { kind: "start", id, zone, version: state.version }],
  };
}

/** Begins the stop of a live replica. */
export function retire(step: ReplicasStep, replica: Replica, now: Instant): ReplicasStep {
  if (replica.phase === "starting") return stop(step, replica, now);
  const state = updateReplica(step.state, { ...replica, ...LEAVING, phase: "draining", since: now });
  return { state, actions: [...step.actions, { kind: "deregister", id: replica.id }] };
}

/** Sorts what was never healthy first, then what is youngest. */
function leastPromising(a: Replica, b: Replica): number {
  return (
    Number(a.firstHealthyAt !== null) - Number(b.firstHealthyAt !== null) || b.requestedAt - a.requestedAt
  );
}
