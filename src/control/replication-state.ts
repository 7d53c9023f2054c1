import type { Backoff } from "./backoff.ts";
import type { Instant } from "./controller.ts";

/** All times in milliseconds. */
export interface ReplicationSettings {
  /**
   * Which replica takes over from a lost primary. `in-sync`: the standby for which the primary waits, so that nothing is
   * lost; there is at most one. `least-lag`: of those that have a whole copy the one that has most of it, because the
   * primary waits for none. `nobody`: the primary is started again in place.
   */
  readonly promotes: "in-sync" | "least-lag" | "nobody";
  /** Failed probes in a row after which a running node counts as hung. */
  readonly probeFailures: number;
  /**
   * How long the standby may not be streaming, while the primary answers its probes, before the primary
   * stops waiting for it. Longer than `probeFailures` probes take: when the primary hangs, the standby
   * loses its stream as well, and that must end in a failover and not in relaxing.
   */
  readonly streamingGraceMs: number;
  /** How long a node may take to start; one that takes longer is killed and started again. */
  readonly startTimeoutMs: number;
  /** How long a standby may take to stream, and then to be in sync; after that it is rebuilt. */
  readonly catchUpTimeoutMs: number;
  /** After this an unconfirmed fence, promotion or change of sync is asked for again. */
  readonly confirmTimeoutMs: number;
  /** Between restarts of one node, and between attempts to rebuild it. */
  readonly backoff: Backoff;
}

export interface StoreNode {
  /**
   * `fencing` is being killed; `blank` has no copy of the data that could follow the primary, and
   * waits for its rebuild.
   */
  readonly phase: "down" | "starting" | "running" | "fencing" | "blank" | "rebuilding";
  readonly since: Instant;
  readonly failedProbes: number;
  /** When it last answered a probe, or started. */
  readonly answeredAt: Instant | null;
  /** Whether it follows the primary; only ever true of a running replica. */
  readonly streaming: boolean;
  readonly streamingChangedAt: Instant;
  /** The term of the primary that it last followed since it started: since then it has a whole copy. */
  readonly copyOf: number | null;
  /** How much of the primary's stream it has, as it said last; comparable between copies of one term. */
  readonly offset: number;
  /** When the fence or the promotion under way was last asked for. */
  readonly askedAt: Instant;
  /** Numbers its fences, so that a late confirmation of an earlier one does not pass for the one that is awaited. */
  readonly fences: number;
  readonly failures: number;
  /** Before this it is neither started nor rebuilt. */
  readonly retryAt: Instant;
  /** Whether it can be started and rebuilt where it is; its zone may be gone, or cut off. */
  readonly reachable: boolean;
}

/**
 * Whether the primary waits for the standby before it acknowledges a write. Only `in-sync` makes the
 * standby promotable; it ends the moment relaxing is asked for, because from then on the primary may
 * acknowledge what the standby does not have.
 */
export interface SyncState {
  readonly mode: "relaxed" | "relaxing" | "requiring" | "in-sync";
  /** Numbers the changes of mode, so that a late confirmation of an earlier one is known as such. */
  readonly round: number;
  readonly since: Instant;
  readonly askedAt: Instant;
}

export interface ReplicationState {
  readonly settings: ReplicationSettings;
  /** The only node that may be written; it changes when a promotion is asked for. */
  readonly primary: string;
  /** None for a store of a single node. */
  readonly replicas: readonly string[];
  /** Counts the times that a primary was opened for writes. */
  readonly term: number;
  readonly nodes: Readonly<Record<string, StoreNode>>;
  readonly sync: SyncState;
  /** `choosing` waits until the replicas have said, after the fence, how much they have. */
  readonly failover: "fencing" | "choosing" | "promoting" | null;
  /** Where the writer endpoint was last pointed. */
  readonly writer: string | null;
  /** When the last step was. */
  readonly asOf: Instant;
}

export type ReplicationEvent =
  /** It accepts connections. */
  | { readonly kind: "started"; readonly node: string }
  | { readonly kind: "exited"; readonly node: string; readonly reason: string }
  /**
   * Both results are said of every running node, at a pace that the runner chooses. A probe that has begun before a fence
   * is not said after it. The offset is for stores that choose by lag.
   */
  | { readonly kind: "probe-ok"; readonly node: string; readonly offset?: number }
  | { readonly kind: "probe-failed"; readonly node: string }
  /** The replica follows the primary and has caught up; may be repeated, as may its opposite. */
  | { readonly kind: "streaming"; readonly node: string }
  | { readonly kind: "lost-streaming"; readonly node: string }
  /** The primary no longer waits for a standby (the answer to relax-sync). */
  | { readonly kind: "relaxed"; readonly node: string; readonly round: number }
  /** The primary waits for the standby, and the standby has everything (the answer to require-sync). */
  | { readonly kind: "in-sync"; readonly node: string; readonly round: number }
  /** The standby says that it can never follow the primary with the data it has. */
  | { readonly kind: "needs-rebuild"; readonly node: string }
  | { readonly kind: "rebuilt"; readonly node: string }
  | { readonly kind: "rebuild-failed"; readonly node: string; readonly reason: string }
  /** Nothing can be started or rebuilt there; what runs there goes on until it is seen to have failed. */
  | { readonly kind: "unreachable"; readonly node: string }
  | { readonly kind: "reachable"; readonly node: string }
  /** No process of the node is left, and none will come back by itself (the answer to fence). */
  | { readonly kind: "fenced"; readonly node: string; readonly round: number }
  /** It accepts writes. */
  | { readonly kind: "promoted"; readonly node: string };

export type ReplicationAction =
  | { readonly kind: "start"; readonly node: string }
  | { readonly kind: "relax-sync"; readonly primary: string; readonly round: number }
  | {
      readonly kind: "require-sync";
      readonly primary: string;
      readonly standby: string;
      readonly round: number;
    }
  /** Stop it if it runs, replace its data by a copy of `from`'s, and do not start it. */
  | { readonly kind: "rebuild"; readonly node: string; readonly from: string }
  | { readonly kind: "point-writer"; readonly node: string }
  | { readonly kind: "fence"; readonly node: string; readonly round: number }
  | { readonly kind: "promote"; readonly node: string };

export interface ReplicationSummary {
  readonly phase: "single" | "protected" | "unprotected" | "failing over" | "primary down";
  /** Whether a replica would take over from the primary; one that is in sync has every acknowledged write. */
  readonly protected: boolean;
  /** Whether every node does what it is there for. */
  readonly complete: boolean;
  readonly writer: string | null;
  readonly nodes: Readonly<
    Record<string, { readonly role: "primary" | "standby" | "replica"; readonly phase: StoreNode["phase"] }>
  >;
}

/** A store of which nothing runs yet; the first tick starts it. */
export function initialReplication(options: {
  readonly primary: string;
  /** `hasData` says whether it can follow the primary with what it has. A Redis always can: it fetches all of it. */
  readonly replicas: readonly { readonly node: string; readonly hasData: boolean }[];
  readonly settings: ReplicationSettings;
  readonly now: Instant;
}): ReplicationState {
  const { primary, replicas, settings, now } = options;
  const nodes: Record<string, StoreNode> = { [primary]: newNode("down", now) };
  for (const { node, hasData } of replicas) nodes[node] = newNode(hasData ? "down" : "blank", now);
  return {
    settings,
    primary,
    replicas: replicas.map(({ node }) => node),
    term: 0,
    nodes,
    sync: { mode: "relaxed", round: 0, since: now, askedAt: now },
    failover: null,
    writer: null,
    asOf: now,
  };
}

export function nodeOf(state: ReplicationState, name: string): StoreNode {
  const node = state.nodes[name];
  if (node === undefined) throw new Error(`The store has no node ${name}.`);
  return node;
}

export function isRunning(state: ReplicationState, name: string): boolean {
  return nodeOf(state, name).phase === "running";
}

/** The replica for which the primary waits, or is to wait; null where it waits for none. */
export function standbyOf({ settings, replicas }: ReplicationState): string | null {
  return settings.promotes === "in-sync" ? (replicas[0] ?? null) : null;
}

/** The replicas that may take over, the best first. */
export function candidates(state: ReplicationState): readonly string[] {
  const { settings, replicas, sync } = state;
  const running = replicas.filter((name) => isRunning(state, name));
  const answers = (name: string): boolean => nodeOf(state, name).failedProbes === 0;
  switch (settings.promotes) {
    case "nobody":
      return [];
    case "in-sync":
      return sync.mode === "in-sync" ? running.filter(answers) : [];
    case "least-lag": {
      // One that does not answer may be overloaded, and is better than none: the primary may come back empty.
      const rank = (name: string): readonly number[] => {
        const { copyOf, offset } = nodeOf(state, name);
        return [answers(name) ? 1 : 0, copyOf ?? -1, offset];
      };
      return running
        .filter((name) => nodeOf(state, name).copyOf !== null)
        .toSorted((a, b) => compareRanks(rank(b), rank(a)));
    }
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const differs = a.findIndex((part, index) => part !== b[index]);
  return differs === -1 ? 0 : (a[differs] ?? 0) - (b[differs] ?? 0);
}

export function summarizeReplication(state: ReplicationState): ReplicationSummary {
  const { primary, replicas, settings, failover, writer } = state;
  const replica = settings.promotes === "in-sync" ? "standby" : "replica";
  const roles = Object.entries(state.nodes).map(([name, { phase }]) => {
    return [name, { role: name === primary ? ("primary" as const) : replica, phase }] as const;
  });
  const isProtected = failover === null && candidates(state).length > 0;
  const follow = replicas.every((name) => nodeOf(state, name).streaming);
  return {
    phase: phaseOf(state),
    protected: isProtected,
    complete:
      failover === null &&
      isRunning(state, primary) &&
      (settings.promotes === "in-sync" ? replicas.length === 0 || isProtected : follow),
    writer,
    nodes: Object.fromEntries(roles),
  };
}

function phaseOf(state: ReplicationState): ReplicationSummary["phase"] {
  if (state.failover !== null) return "failing over";
  if (!isRunning(state, state.primary)) return "primary down";
  if (state.replicas.length === 0) return "single";
  return candidates(state).length > 0 ? "protected" : "unprotected";
}

function newNode(phase: StoreNode["phase"], now: Instant): StoreNode {
  return {
    phase,
    since: now,
    failedProbes: 0,
    answeredAt: null,
    streaming: false,
    streamingChangedAt: now,
    copyOf: null,
    offset: 0,
    askedAt: now,
    fences: 0,
    failures: 0,
    retryAt: now,
    reachable: true,
  };
}
