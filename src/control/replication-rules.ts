/** What is seen to after every event of a replicated store; the order is in replication.ts. */
import type { Instant } from "./controller.ts";
import {
  type ReplicationStep,
  act,
  askToPromote,
  fence,
  loseNode,
  relax,
  relaxIfWaiting,
  requireSync,
  update,
  updateNode,
} from "./replication-moves.ts";
import { type ReplicationState, isRunning, nodeOf } from "./replication-state.ts";

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
  const { primary, standby, sync, settings } = state;
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
  const { primary, standby, settings, failover } = state;
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
  const { primary, standby, sync, settings, failover } = state;
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
  const { primary, standby, sync, failover } = state;
  if (standby === null || failover !== null || sync.mode !== "relaxed") return step;
  const ready = isRunning(state, primary) && isRunning(state, standby) && nodeOf(state, standby).streaming;
  return ready ? requireSync(step, standby, now) : step;
}

/** Starts what is down and rebuilds what is blank; a standby only while there is a primary to follow. */
export function startNodes(state: ReplicationState, now: Instant): ReplicationStep {
  const { primary, standby, failover } = state;
  let step: ReplicationStep = { state, actions: [] };
  const starting = { phase: "starting", since: now } as const;
  const due = (name: string): boolean => now >= nodeOf(state, name).retryAt;
  if (nodeOf(state, primary).phase === "down" && due(primary)) {
    step = act(updateNode(step, primary, starting), { kind: "start", node: primary });
  }
  if (standby === null || failover !== null || !isRunning(state, primary) || !due(standby)) return step;
  switch (nodeOf(state, standby).phase) {
    case "down":
      return act(updateNode(step, standby, starting), { kind: "start", node: standby });
    case "blank": {
      const rebuilding = updateNode(step, standby, { phase: "rebuilding", since: now });
      return act(rebuilding, { kind: "rebuild", node: standby, from: primary });
    }
    default:
      return step;
  }
}
