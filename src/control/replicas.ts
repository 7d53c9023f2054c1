/**
 * Keeps a service at its desired count, as the ECS service scheduler and Kubernetes' ReplicaSet do.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html
 *
 * A replica that exits is replaced at once, in its own zone when that keeps the balance. One that is
 * sick (unhealthy beyond its grace, or never healthy in time) is replaced as that page says: first a
 * replacement starts, if the surge leaves room, and the sick one stops when the replacement is
 * healthy; without room the sick ones stop first. So an outage of something that every replica needs
 * does not take away the replicas that would recover by themselves. Where something else starts a
 * replica's process again in place, as an instance's unit does, it is sick only after a while.
 *
 * A roll replaces all replicas by new ones; how, is in replica-roll.ts.
 *
 * Stopping is always: deregister, wait until it is drained or the deregistration delay is over, stop,
 * and kill when the stop time-out is over, for a frozen process does not answer SIGTERM. A replica
 * that is still starting is not a target yet and is stopped at once.
 *
 * Starts that fail are slowed down. ECS throttles only tasks that never reach RUNNING
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html); here, as
 * in Kubernetes, one that fails soon after it has started counts as well.
 */
import {
  type Controller,
  type ControlLoop,
  type Instant,
  type Step,
  type Tick,
  applyRules,
  earliestAfter,
} from "./controller.ts";
import { beginRoll, noticeAvailable, retireOutdated, rollBack } from "./replica-roll.ts";
import {
  enforceStopDeadlines,
  evictDrained,
  noticeSick,
  recordFailure,
  removeReplaced,
  removeSurplus,
  sickFrom,
  startMissing,
  stop,
  stopEverything,
  updateReplica,
} from "./replica-rules.ts";
import {
  type Replica,
  type ReplicasAction,
  type ReplicasConfiguration,
  type ReplicasEvent,
  type ReplicasState,
  isLive,
  isOutdated,
} from "./replica-state.ts";

const step: Controller<ReplicasState, ReplicasEvent | Tick, ReplicasAction> = (before, event, now) => {
  const applied = applyEvent({ ...before, asOf: now }, event, now);
  const rules = applied.state.stopped
    ? [stopEverything, enforceStopDeadlines]
    : [
        noticeSick,
        noticeAvailable,
        removeSurplus,
        evictDrained,
        retireOutdated,
        startMissing,
        removeReplaced,
        enforceStopDeadlines,
      ];
  return applyRules(applied, now, rules);
};

function nextWake(state: ReplicasState): Instant | null {
  const deadlines = state.replicas.map((replica) => replicaDeadline(replica, state));
  return earliestAfter(state.asOf, [state.retryAt, ...deadlines]);
}

/** Keeps the replicas of one service. */
export const replicasLoop: ControlLoop<ReplicasState, ReplicasEvent, ReplicasAction> = { step, nextWake };

function applyEvent(
  state: ReplicasState,
  event: ReplicasEvent | Tick,
  now: Instant,
): Step<ReplicasState, ReplicasAction> {
  switch (event.kind) {
    case "tick":
      return only(state);
    case "scale":
      return only(configured(state, { settings: state.settings, desired: event.desired }));
    case "configure":
      return only(configured(state, event));
    case "roll":
      return only(
        beginRoll(event.configure ? configured(state, event.configure) : state, event.version, event.pace),
      );
    case "pace":
      return only({ ...state, pace: event.pace });
    case "roll-back":
      return only(rollBack(state, event.version, event.generation));
    case "zone":
      return only(withZone(state, event.zone, event.available));
    case "drain": {
      const others = state.draining.filter((zone) => zone !== event.zone);
      const draining = event.draining ? [...others, event.zone] : others;
      return only({ ...state, draining });
    }
    case "stop-all":
      return only({ ...state, stopped: true });
    default: {
      // What comes late about a replica that is gone, or has moved on, changes nothing.
      const replica = state.replicas.find((candidate) => candidate.id === event.id);
      return replica === undefined ? only(state) : applyReplicaEvent(state, event, replica, now);
    }
  }
}

function withZone(state: ReplicasState, name: string, available: boolean): ReplicasState {
  const zones = state.zones.map((zone) => (zone.name === name ? { ...zone, available } : zone));
  return { ...state, zones };
}

function configured(state: ReplicasState, { settings, desired }: ReplicasConfiguration): ReplicasState {
  return { ...state, settings, desired: Math.max(0, Math.min(desired, settings.max)) };
}

function applyReplicaEvent(
  state: ReplicasState,
  event: Extract<ReplicasEvent, { readonly id: string }>,
  replica: Replica,
  now: Instant,
): Step<ReplicasState, ReplicasAction> {
  switch (event.kind) {
    case "started": {
      if (replica.phase !== "starting") return only(state);
      return only(updateReplica(state, { ...replica, phase: "running", since: now, startedAt: now }));
    }
    case "healthy": {
      if (replica.phase !== "running") return only(state);
      const firstHealthyAt = replica.firstHealthyAt ?? now;
      const healthySince = replica.healthySince ?? now;
      const well = {
        health: "healthy",
        sick: null,
        firstHealthyAt,
        healthySince,
        unhealthySince: null,
      } as const;
      return only(updateReplica(state, { ...replica, ...well }));
    }
    case "unhealthy": {
      if (replica.phase !== "running") return only(state);
      const unhealthySince = replica.unhealthySince ?? now;
      const unwell = { health: "unhealthy", healthySince: null, unhealthySince, available: false } as const;
      return only(updateReplica(state, { ...replica, ...unwell }));
    }
    case "drained":
      return replica.phase === "draining" ? stop(only(state), replica, now) : only(state);
    case "exited": {
      const left = { ...state, replicas: state.replicas.filter((other) => other.id !== replica.id) };
      if (!isLive(replica)) return only(left);
      const lastLoss = isOutdated(replica, state) ? state.lastLoss : { id: replica.id, reason: event.reason };
      const lost = { ...left, vacancies: [...left.vacancies, replica.zone], lastLoss };
      return only(recordFailure(lost, replica, now));
    }
  }
}

function only(state: ReplicasState): Step<ReplicasState, ReplicasAction> {
  return { state, actions: [] };
}

function replicaDeadline(replica: Replica, { settings, pace }: ReplicasState): Instant | null {
  switch (replica.phase) {
    case "starting":
      return replica.requestedAt + settings.startTimeoutMs;
    case "running": {
      if (replica.healthySince !== null)
        return replica.available ? null : replica.healthySince + pace.minReadyMs;
      if (replica.sick !== null) return null;
      const grace = sickFrom(replica, settings);
      const start = replica.firstHealthyAt === null ? replica.requestedAt + settings.startTimeoutMs : null;
      return earliestAfter(Number.NEGATIVE_INFINITY, [grace, start]);
    }
    case "draining":
      return replica.since + settings.deregistrationDelayMs;
    case "stopping":
      return replica.killed ? null : replica.since + settings.stopTimeoutMs;
  }
}
