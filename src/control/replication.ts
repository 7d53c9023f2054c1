/**
 * Keeps a primary and its replicas. For `promotes: "in-sync"` that is a primary and its synchronous standby, as RDS does
 * for a Multi-AZ DB instance, or a store of a single node.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
 *
 * Losing the standby: the primary is told to stop waiting for it (otherwise every write hangs), and
 * the standby is started again, or rebuilt when it cannot catch up. Once it streams, the primary is
 * told to wait for it again, and when that is confirmed the pair is protected.
 *
 * Losing the primary while protected: the old primary is fenced; when that is confirmed, the standby
 * is promoted; when that is confirmed, the writer endpoint follows and the old primary is rebuilt as
 * standby. Losing it while not protected: it is started again in place, because the standby may lack
 * acknowledged writes. Patroni's synchronous mode decides likewise:
 * https://patroni.readthedocs.io/en/latest/replication_modes.html#synchronous-mode
 *
 * For `promotes: "least-lag"` the primary waits for nobody, as ElastiCache does: after the fence the replica that has
 * most takes over, the others follow it, and what it had not yet received is lost. The old primary starts as a replica.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
 *
 * The runner carries out the actions on one node one after the other in the order given (a command to
 * a process that hangs ends, unanswered, so that the fence behind it is reached), and answers each:
 * start by started or exited, rebuild by rebuilt or rebuild-failed, promote by promoted, and with the
 * round of the action fence by fenced, relax-sync by relaxed and require-sync by in-sync. What it
 * says of one node is in the order in which it happened: an exit comes before the confirmation of the
 * fence that caused it. To stop a store, stop feeding its controller first.
 */
import {
  type Controller,
  type ControlLoop,
  type Instant,
  type Tick,
  applyRules,
  earliestAfter,
} from "./controller.ts";
import {
  type ReplicationStep,
  afterFence,
  askToPromote,
  countFailure,
  loseNode,
  openPrimary,
  relaxIfWaiting,
  updateNode,
} from "./replication-moves.ts";
import {
  askAgain,
  choose,
  giveUpStarts,
  noticeLag,
  protect,
  startNodes,
  stopWaiting,
} from "./replication-rules.ts";
import {
  type ReplicationAction,
  type ReplicationEvent,
  type ReplicationState,
  nodeOf,
  standbyOf,
} from "./replication-state.ts";

const step: Controller<ReplicationState, ReplicationEvent | Tick, ReplicationAction> = (
  before,
  event,
  now,
) => {
  const start = { state: { ...before, asOf: now }, actions: [] };
  const applied = event.kind === "tick" ? start : applyEvent(start, event, now);
  return applyRules(applied, now, [
    choose,
    giveUpStarts,
    askAgain,
    stopWaiting,
    noticeLag,
    protect,
    startNodes,
  ]);
};

function nextWake(state: ReplicationState): Instant | null {
  const { settings, sync } = state;
  const standby = standbyOf(state);
  const deadlines: Instant[] = [];
  for (const node of Object.values(state.nodes)) {
    if (node.phase === "down" || node.phase === "blank") deadlines.push(node.retryAt);
    if (node.phase === "starting") deadlines.push(node.since + settings.startTimeoutMs);
    if (node.phase === "fencing") deadlines.push(node.askedAt + settings.confirmTimeoutMs);
  }
  if (state.failover === "choosing")
    deadlines.push(nodeOf(state, state.primary).since + settings.confirmTimeoutMs);
  if (state.failover === "promoting")
    deadlines.push(nodeOf(state, state.primary).askedAt + settings.confirmTimeoutMs);
  if (sync.mode === "relaxing" || sync.mode === "requiring")
    deadlines.push(sync.askedAt + settings.confirmTimeoutMs);
  if (sync.mode === "requiring") deadlines.push(sync.since + settings.catchUpTimeoutMs);
  if (standby !== null && !nodeOf(state, standby).streaming) {
    const { streamingChangedAt } = nodeOf(state, standby);
    deadlines.push(
      streamingChangedAt + settings.streamingGraceMs,
      streamingChangedAt + settings.catchUpTimeoutMs,
    );
  }
  return earliestAfter(state.asOf, deadlines);
}

/** Keeps one replicated store. */
export const replicationLoop: ControlLoop<ReplicationState, ReplicationEvent, ReplicationAction> = {
  step,
  nextWake,
};

/** An event that does not fit the node's phase is late, and changes nothing. */
function applyEvent(before: ReplicationStep, event: ReplicationEvent, now: Instant): ReplicationStep {
  const { state } = before;
  const name = event.node;
  const node = nodeOf(state, name);
  const isPrimary = name === state.primary;
  switch (event.kind) {
    case "started": {
      if (node.phase !== "starting") return before;
      const running = { phase: "running", since: now, failedProbes: 0, answeredAt: now } as const;
      const alone = { streaming: false, streamingChangedAt: now, copyOf: null } as const;
      const started = updateNode(before, name, { ...running, ...alone });
      if (!isPrimary) return started;
      // It was to be promoted when it exited, and may or may not have been: promoting it again is safe.
      return state.failover === "promoting" ? askToPromote(started, now) : openPrimary(started, now);
    }
    case "exited":
      return node.phase === "starting" || node.phase === "running"
        ? loseNode(before, name, now, true)
        : before;
    case "probe-ok":
      return node.phase === "running"
        ? updateNode(before, name, { failedProbes: 0, answeredAt: now, offset: event.offset ?? node.offset })
        : before;
    case "probe-failed": {
      if (node.phase !== "running") return before;
      const failedProbes = node.failedProbes + 1;
      if (failedProbes >= state.settings.probeFailures) return loseNode(before, name, now, false);
      return updateNode(before, name, { failedProbes });
    }
    case "streaming":
    case "lost-streaming": {
      const streaming = event.kind === "streaming";
      if (isPrimary || node.phase !== "running" || node.streaming === streaming) return before;
      const copyOf = streaming ? state.term : node.copyOf;
      return updateNode(before, name, { streaming, streamingChangedAt: now, copyOf });
    }
    case "relaxed":
    case "in-sync":
      return confirmSync(before, event);
    case "needs-rebuild": {
      if (isPrimary || (node.phase !== "down" && node.phase !== "starting" && node.phase !== "running"))
        return before;
      return relaxIfWaiting(updateNode(before, name, { phase: "blank", since: now, streaming: false }), now);
    }
    case "rebuilt":
      return node.phase === "rebuilding"
        ? updateNode(before, name, { phase: "down", since: now, retryAt: now })
        : before;
    case "rebuild-failed": {
      if (node.phase !== "rebuilding") return before;
      return countFailure(updateNode(before, name, { phase: "blank", since: now }), name, now);
    }
    case "unreachable":
      return updateNode(before, name, { reachable: false });
    case "reachable":
      // What failed while nothing could succeed says nothing about now.
      return updateNode(before, name, { reachable: true, failures: 0, retryAt: now });
    case "fenced":
      return node.phase === "fencing" && event.round === node.fences ? afterFence(before, name, now) : before;
    case "promoted": {
      const awaited = isPrimary && state.failover === "promoting" && node.phase === "running";
      return awaited ? openPrimary(before, now) : before;
    }
  }
}

function confirmSync(
  before: ReplicationStep,
  event: Extract<ReplicationEvent, { readonly kind: "relaxed" | "in-sync" }>,
): ReplicationStep {
  const { state } = before;
  const awaited = event.kind === "relaxed" ? "relaxing" : "requiring";
  const about = event.kind === "relaxed" ? state.primary : standbyOf(state);
  if (state.sync.mode !== awaited || state.sync.round !== event.round || event.node !== about) return before;
  return { ...before, state: { ...state, sync: { ...state.sync, mode: event.kind } } };
}
