/** The moves that events and rules of replication share: each takes a step and returns a longer one. */
import { backoffDelay } from "./backoff.ts";
import type { Instant, Step } from "./controller.ts";
import {
  type ReplicationAction,
  type ReplicationState,
  type StoreNode,
  candidates,
  isRunning,
  nodeOf,
  standbyOf,
} from "./replication-state.ts";

export type ReplicationStep = Step<ReplicationState, ReplicationAction>;

export function updateNode(
  step: ReplicationStep,
  name: string,
  changes: Partial<StoreNode>,
): ReplicationStep {
  const node = { ...nodeOf(step.state, name), ...changes };
  return { ...step, state: { ...step.state, nodes: { ...step.state.nodes, [name]: node } } };
}

export function act(step: ReplicationStep, action: ReplicationAction): ReplicationStep {
  return { ...step, actions: [...step.actions, action] };
}

export function update(step: ReplicationStep, changes: Partial<ReplicationState>): ReplicationStep {
  return { ...step, state: { ...step.state, ...changes } };
}

/** Makes the primary acknowledge writes without the standby, which from now on is not promotable. */
export function relax(step: ReplicationStep, now: Instant): ReplicationStep {
  const { state } = step;
  if (standbyOf(state) === null) return step;
  const changed = { round: state.sync.round + 1, since: now, askedAt: now };
  // A primary that does not run is relaxed when it starts.
  if (!isRunning(state, state.primary)) return update(step, { sync: { ...changed, mode: "relaxed" } });
  const relaxing = update(step, { sync: { ...changed, mode: "relaxing" } });
  return act(relaxing, { kind: "relax-sync", primary: state.primary, round: changed.round });
}

export function relaxIfWaiting(step: ReplicationStep, now: Instant): ReplicationStep {
  const { mode } = step.state.sync;
  return mode === "in-sync" || mode === "requiring" ? relax(step, now) : step;
}

export function requireSync(step: ReplicationStep, standby: string, now: Instant): ReplicationStep {
  const { primary, sync } = step.state;
  const requiring = { mode: "requiring", round: sync.round + 1, since: now, askedAt: now } as const;
  return act(update(step, { sync: requiring }), {
    kind: "require-sync",
    primary,
    standby,
    round: requiring.round,
  });
}

export function fence(step: ReplicationStep, name: string, now: Instant): ReplicationStep {
  const { phase, fences } = nodeOf(step.state, name);
  const round = phase === "fencing" ? fences : fences + 1;
  const fencing = { phase: "fencing", since: now, askedAt: now, failedProbes: 0, streaming: false } as const;
  return act(updateNode(step, name, { ...fencing, fences: round }), { kind: "fence", node: name, round });
}

/** Counts a failure of a node that started or ran, and so decides when it may start again. */
export function countFailure(step: ReplicationStep, name: string, now: Instant): ReplicationStep {
  const { backoff } = step.state.settings;
  const node = nodeOf(step.state, name);
  const proven = node.phase === "running" && now - node.since >= backoff.resetAfterMs;
  const failures = proven ? 1 : node.failures + 1;
  return updateNode(step, name, { failures, retryAt: now + backoffDelay(failures, backoff) });
}

/**
 * The node exited, hung, or did not start in time. A hung one is killed before it is started again. A
 * primary that another can take over from is always fenced, even when its process is seen to be gone:
 * only the confirmation allows a promotion.
 */
export function loseNode(
  before: ReplicationStep,
  name: string,
  now: Instant,
  gone: boolean,
): ReplicationStep {
  const step = countFailure(before, name, now);
  if (name === step.state.primary && candidates(step.state).length > 0) {
    return fence(update(step, { failover: "fencing" }), name, now);
  }
  const left = gone
    ? updateNode(step, name, { phase: "down", since: now, failedProbes: 0, streaming: false })
    : fence(step, name, now);
  return name === left.state.primary ? relax(left, now) : relaxIfWaiting(left, now);
}

/** The fence is confirmed: in a failover it is now to be chosen who takes over. */
export function afterFence(before: ReplicationStep, name: string, now: Instant): ReplicationStep {
  const step = updateNode(before, name, { phase: "down", since: now });
  const { primary, failover } = step.state;
  return failover === "fencing" && name === primary ? update(step, { failover: "choosing" }) : step;
}

/**
 * The old primary may hold writes that nobody was told of. A standby has to be made from the new primary then, by a
 * rebuild; a replica that fetches everything anew does that itself when it starts.
 */
export function promote(before: ReplicationStep, chosen: string, now: Instant): ReplicationStep {
  const { primary: old, replicas, sync, settings } = before.state;
  const swapped = update(before, {
    primary: chosen,
    replicas: replicas.map((name) => (name === chosen ? old : name)),
    failover: "promoting",
    sync: { mode: "relaxed", round: sync.round + 1, since: now, askedAt: now },
  });
  const deposed =
    settings.promotes === "in-sync"
      ? updateNode(swapped, old, { phase: "blank", since: now, retryAt: now })
      : swapped;
  return askToPromote(deposed, now);
}

export function askToPromote(step: ReplicationStep, now: Instant): ReplicationStep {
  const node = step.state.primary;
  return act(updateNode(step, node, { askedAt: now, streaming: false }), { kind: "promote", node });
}

/** The primary accepts writes from now on: it waits for nobody, and nobody follows it yet. */
export function openPrimary(before: ReplicationStep, now: Instant): ReplicationStep {
  const { primary, replicas, writer, term } = before.state;
  let step = relax(update(before, { failover: null, term: term + 1 }), now);
  for (const name of replicas) step = updateNode(step, name, { streaming: false, streamingChangedAt: now });
  return writer === primary
    ? step
    : act(update(step, { writer: primary }), { kind: "point-writer", node: primary });
}
