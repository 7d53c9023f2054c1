/** What is seen to after every event of a replicated store; the order is in replication.ts. */
import type { Instant } from "./controller.ts";
import {
  type ReplicationStep,
  act,
  askToPromote,
  fence,
  loseNode,
  promote,
  relax,
  relaxIfWaiting,
  requireSync,
  update,
  updateNode,
} from "./replication-moves.ts";
import { type ReplicationState, candidates, isRunning, nodeOf, standbyOf } from "./replication-state.ts";

/**
 * Promotes the best replica, once those that answer have said since the fence how much they have. Where there is none
 * any more, the primary starts again.
 */
export function choose(state: ReplicationState, now: Instant): ReplicationStep {
  const step: ReplicationStep = { state, actions: [] };
  if (state.failover !== "choosing") return step;
  const able = candidates(state);
  const { since } = nodeOf(state, state.primary);
  const silent = able.some((name) => {
    const { failedProbes, answeredAt } = nodeOf(state, name);
    return failedProbes === 0 && (answeredAt === null || answeredAt < since);
  });
  if (able.length > 1 && silent && now < since + state.settings.confirmTimeoutMs) return step;
  const [best] = able;
  return best === undefined ? relax(update(step, { failover: null }), now) : promote(step, best, now);
}

/** Kills a node that does not start. */
export function giveUpStarts(state: ReplicationState, now: Instant): ReplicationStep {
  let step: ReplicationStep = { state, actions: [] };
  for (const [name, node] of Object.entries(state.nodes)) {
    const late = node.phase === "starting" && now >= node.since + state.settings.startTimeoutMs;
    if (late) step = loseNode(step, name, now, false);
  }
  return step;
}

/** Asks again for what nobody has confirmed; asking twice for the same thing does no harm. */
export function askAgain(state: ReplicationState, now: Instant): ReplicationStep {
  const { primary, sync, settings } = state;
  const standby = standbyOf(state);
  const overdue = (askedAt: Instant): boolean => now >= askedAt + settings.confirmTimeoutMs;
  let step: ReplicationStep = { state, actions: [] };
  for (const [name, node] of Object.entries(state.nodes)) {
    if (node.phase === "fencing" && overdue(node.askedAt)) step = fence(step, name, now);
  }
  const promoting = state.failover === "promoting" && isRunning(state, primary);
  if (promoting && overdue(nodeOf(state, primary).askedAt)) step = askToPromote(step, now);
  if (standby === null || !overdue(sync.askedAt)) return step;
  const asked = update(step, { sync: { ...sync, askedAt: now } });
  if (sync.mode === "relaxing") return act(asked, { kind: "relax-sync", primary, round: sync.round });
  if (sync.mode === "requiring")
    return act(asked, { kind: "require-sync", primary, standby, round: sync.round });
  return step;
}

/**
 * Stops waiting for a standby that has lost its stream, so that writes go on; but only if the primary
 * has answered since, for otherwise it may be the primary that is lost.
 */
export function stopWaiting(state: ReplicationState, now: Instant): ReplicationStep {
  const step: ReplicationStep = { state, actions: [] };
  const { primary, settings, failover } = state;
  const standby = standbyOf(state);
  if (standby === null || failover !== null || !isRunning(state, primary) || !isRunning(state, standby))
    return step;
  const { streaming, streamingChangedAt } = nodeOf(state, standby);
  if (streaming || now < streamingChangedAt + settings.streamingGraceMs) return step;
  const { failedProbes, answeredAt } = nodeOf(state, primary);
  const answers = failedProbes === 0 && answeredAt !== null && answeredAt >= streamingChangedAt;
  return answers ? relaxIfWaiting(step, now) : step;
}

/** Gives up on a standby that does not catch up; one that is in sync is never given up here. */
export function noticeLag(state: ReplicationState, now: Instant): ReplicationStep {
  const step: ReplicationStep = { state, actions: [] };
  const { primary, sync, settings, failover } = state;
  const standby = standbyOf(state);
  if (standby === null || failover !== null || !isRunning(state, primary) || !isRunning(state, standby))
    return step;
  const node = nodeOf(state, standby);
  const apart = !node.streaming && now >= node.streamingChangedAt + settings.catchUpTimeoutMs;
  const behind = sync.mode === "requiring" && now >= sync.since + settings.catchUpTimeoutMs;
  if (!behind && !(apart && sync.mode !== "in-sync")) return step;
  const relaxed = sync.mode === "requiring" ? relax(step, now) : step;
  return updateNode(relaxed, standby, { phase: "blank", since: now, streaming: false });
}

/** Protects the pair again once the standby streams, and never before an earlier relaxing is confirmed. */
export function protect(state: ReplicationState, now: Instant): ReplicationStep {
  const step: ReplicationStep = { state, actions: [] };
  const { primary, sync, failover } = state;
  const standby = standbyOf(state);
  if (standby === null || failover !== null || sync.mode !== "relaxed") return step;
  const ready = isRunning(state, primary) && isRunning(state, standby) && nodeOf(state, standby).streaming;
  return ready ? requireSync(step, standby, now) : step;
}

/** Starts what is down and rebuilds what is blank, where it can be reached; a replica only with a primary to follow. */
export function startNodes(state: ReplicationState, now: Instant): ReplicationStep {
  const { primary, replicas, failover } = state;
  let step: ReplicationStep = { state, actions: [] };
  const due = (name: string): boolean => {
    const { retryAt, reachable } = nodeOf(state, name);
    return reachable && now >= retryAt;
  };
  if (nodeOf(state, primary).phase === "down" && due(primary) && failover !== "choosing")
    step = start(step, primary, now);
  if (failover !== null || !isRunning(state, primary)) return step;
  for (const name of replicas.filter(due)) {
    const { phase } = nodeOf(state, name);
    if (phase === "down") step = start(step, name, now);
    if (phase !== "blank") continue;
    const rebuilding = updateNode(step, name, { phase: "rebuilding", since: now });
    step = act(rebuilding, { kind: "rebuild", node: name, from: primary });
  }
  return step;
}

function start(step: ReplicationStep, node: string, now: Instant): ReplicationStep {
  return act(updateNode(step, node, { phase: "starting", since: now }), { kind: "start", node });
}
