/** Bugs that are planted in the controllers on purpose, to see that schedules find them. The product has none of this. */
import type { ReplicaSettings } from "#control/replica-state.ts";
import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import type { ServiceState } from "#control/rollout/service.ts";
import { LOOPS, type Loops } from "../system/system.ts";

type ServiceStep = Loops["service"]["step"];
type RotationStep = Loops["rotation"]["step"];
type ReplicationStep = Loops["replication"]["step"];

export interface Plant {
  /** What the controller does wrong. */
  readonly says: string;
  /** The rules of which a schedule that finds it breaks one. */
  readonly breaks: readonly string[];
  readonly loops: Loops;
}

const { service, replication, rotation } = LOOPS;

const skipsTheFence: ReplicationStep = (state, event, now) => {
  const step = replication.step(state, event, now);
  if (state.failover !== null || step.state.failover !== "fencing") return step;
  const next = replication.step(step.state, fencedAlready(step.state), now);
  const actions = [...step.actions, ...next.actions].filter(({ kind }) => kind !== "fence");
  return { state: next.state, actions };
};

const promotesBeforeTheFence: ReplicationStep = (state, event, now) => {
  const step = replication.step(state, event, now);
  if (state.failover !== null || step.state.failover !== "fencing") return step;
  const next = replication.step(step.state, fencedAlready(step.state), now);
  return { state: next.state, actions: [...step.actions, ...next.actions] };
};

function fencedAlready({ primary, nodes }: ReplicationState): ReplicationEvent {
  return { kind: "fenced", node: primary, round: nodes[primary]?.fences ?? 0 };
}

const promotesAnyStandby: ReplicationStep = (state, event, now) => {
  const losesPrimary = event.kind === "exited" && event.node === state.primary && state.failover === null;
  return replication.step(losesPrimary ? withMode(state, "in-sync") : state, event, now);
};

const waitsForever: ReplicationStep = (state, event, now) => {
  const step = replication.step(state, event, now);
  const relaxes = state.sync.mode === "in-sync" && step.state.sync.mode === "relaxing";
  if (!relaxes) return step;
  const actions = step.actions.filter((action) => action.kind !== "relax-sync");
  return { state: withMode(step.state, "in-sync"), actions };
};

const startsTheOldPrimaryAsItIs: ReplicationStep = (state, event, now) => {
  const step = replication.step(state, event, now);
  const actions = step.actions.map((action) =>
    event.kind === "promoted" && action.kind === "rebuild"
      ? ({ kind: "start", node: action.node } as const)
      : action,
  );
  return { ...step, actions };
};

const promotesWhoNeverFollowed: ReplicationStep = (state, event, now) => {
  if (event.kind !== "exited") return replication.step(state, event, now);
  const nodes = Object.entries(state.nodes).map(([name, node]) => [name, { ...node, copyOf: state.term }]);
  return replication.step({ ...state, nodes: Object.fromEntries(nodes) }, event, now);
};

const promotesTheDeposed: ReplicationStep = (state, event, now) => {
  const step = replication.step(state, event, now);
  const actions = step.actions.flatMap((action) =>
    action.kind === "start" && action.node !== step.state.primary
      ? [action, { kind: "promote", node: action.node } as const]
      : [action],
  );
  return { ...step, actions };
};

function withMode(state: ReplicationState, mode: ReplicationState["sync"]["mode"]): ReplicationState {
  return { ...state, sync: { ...state.sync, mode } };
}

const forgetsTheDrain: ServiceStep = (state, event, now) => {
  const step = service.step(state, event, now);
  const actions = step.actions.map((action) =>
    action.kind === "deregister" ? ({ kind: "stop", id: action.id } as const) : action,
  );
  return { ...step, actions };
};

const neverKills: ServiceStep = (state, event, now) => {
  const step = service.step(state, event, now);
  return { ...step, actions: step.actions.filter((action) => action.kind !== "kill") };
};

const forgetsClosedZones: ServiceStep = (state, event, now) =>
  service.step(state, event.kind === "zone" ? { ...event, available: true } : event, now);

const forgetsToRoll: ServiceStep = (state, event, now) =>
  service.step(state, event.kind === "roll" ? { kind: "tick" } : event, now);

/** Decides one event as if it had other settings. */
function under(changes: Partial<ReplicaSettings>): ServiceStep {
  return (state, event, now) => {
    const { settings } = state.replicas;
    const step = service.step(withSettings(state, { ...settings, ...changes }), event, now);
    return { ...step, state: withSettings(step.state, settings) };
  };
}

function withSettings(state: ServiceState, settings: ReplicaSettings): ServiceState {
  return { ...state, replicas: { ...state.replicas, settings } };
}

/** A circuit breaker that never counts to its threshold. */
const neverOpens: ServiceStep = (state, event, now) =>
  service.step({ ...state, replicas: { ...state.replicas, failedReplicas: 0 } }, event, now);

/** Takes the restart of the clients for done as soon as it has asked for it. */
const disablesEarly: RotationStep = (state, event, now) => {
  const step = rotation.step(state, event, now);
  const asked = step.actions.find(({ kind }) => kind === "restart-clients");
  if (asked === undefined) return step;
  const next = rotation.step(step.state, { kind: "done", attempt: asked.attempt }, now);
  return { state: next.state, actions: [...step.actions, ...next.actions] };
};

function inReplication(says: string, breaks: readonly string[], step: ReplicationStep): Plant {
  return { says, breaks, loops: { ...LOOPS, replication: { ...replication, step } } };
}

function inService(says: string, breaks: readonly string[], step: ServiceStep): Plant {
  return { says, breaks, loops: { ...LOOPS, service: { ...service, step } } };
}

/** By the name that `--plant` takes. */
export const PLANTS: Readonly<Record<string, Plant>> = {
  "skip-fence": inReplication(
    "promotes and never fences",
    ["split brain", "unfenced promotion"],
    skipsTheFence,
  ),
  "early-promotion": inReplication(
    "promotes before the fence is confirmed",
    ["split brain", "unfenced promotion"],
    promotesBeforeTheFence,
  ),
  "any-standby": inReplication("promotes a standby that is not in sync", ["lost writes"], promotesAnyStandby),
  "wait-forever": inReplication("waits for a standby that is lost", ["writes hang"], waitsForever),
  "old-primary": inReplication(
    "starts the old primary as it is",
    ["split brain", "not repaired"],
    startsTheOldPrimaryAsItIs,
  ),
  "partial-copy": inReplication(
    "promotes a replica of the cache that has not followed",
    ["partial copy"],
    promotesWhoNeverFollowed,
  ),
  "deposed-primary": inReplication(
    "promotes a deposed primary that comes back",
    ["split brain", "unfenced promotion", "lost writes", "partial copy"],
    promotesTheDeposed,
  ),
  "skip-drain": inService("stops replicas without draining them", ["drain"], forgetsTheDrain),
  "skip-kill": inService("never kills", ["not repaired"], neverKills),
  "closed-zone": inService("starts replicas in a zone that is closed", ["shut zone"], forgetsClosedZones),
  "over-surge": inService(
    "starts more than the surge allows",
    ["surge", "bounds"],
    under({ maximumPercent: 500 }),
  ),
  "below-minimum": inService(
    "takes away more than the healthy minimum",
    ["healthy minimum", "not repaired"],
    under({ minimumHealthyPercent: 0, maximumPercent: 100 }),
  ),
  "closed-breaker": inService("never opens its circuit breaker", ["circuit breaker"], neverOpens),
  "early-disable": {
    says: "disables the old credentials while replicas use them",
    breaks: ["credentials"],
    loops: { ...LOOPS, rotation: { ...rotation, step: disablesEarly } },
  },
  "skip-roll": inService("forgets to roll", ["not repaired"], forgetsToRoll),
};
