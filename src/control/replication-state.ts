import type { Backoff } from "./backoff.ts";
import type { Instant } from "./controller.ts";

/** All times in milliseconds. */
export interface ReplicationSettings {
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
  /** Whether it follows the primary; only ever true of a running standby. */
  readonly streaming: boolean;
  readonly streamingChangedAt: Instant;
  /** When the fence or the promotion under way was last asked for. */
  readonly askedAt: Instant;
  readonly failures: number;
  /** Before this it is neither started nor rebuilt. */
  readonly retryAt: Instant;
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
  /** Null for a store of a single node. */
  readonly standby: string | null;
  readonly nodes: Readonly<Record<string, StoreNode>>;
  readonly sync: SyncState;
  readonly failover: "fencing" | "promoting" | null;
  /** Where the writer endpoint was last pointed. */
  readonly writer: string | null;
  /** When the last step was. */
  readonly asOf: Instant;
}

export type ReplicationEvent =
  /** It accepts connections. */
  | { readonly kind: "started"; readonly node: string }
  | { readonly kind: "exited"; readonly node: string; readonly reason: string }
  /** Both results are said of every running node, at a pace that the runner chooses. */
  | { readonly kind: "probe-ok"; readonly node: string }
  | { readonly kind: "probe-failed"; readonly node: string }
  /** The standby follows the primary and has caught up; may be repeated, as may its opposite. */
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
  /** No process of the node is left, and none will come back by itself. */
  | { readonly kind: "fenced"; readonly node: string }
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
  | { readonly kind: "fence"; readonly node: string }
  | { readonly kind: "promote"; readonly node: string };

export interface ReplicationSummary {
  readonly phase: "single" | "protected" | "unprotected" | "failing over" | "primary down";
  /** Whether the loss of the primary would end in a failover that loses nothing. */
  readonly protected: boolean;
  readonly writer: string | null;
  readonly nodes: Readonly<
    Record<string, { readonly role: "primary" | "standby"; readonly phase: StoreNode["phase"] }>
  >;
}

/** A store of which nothing runs yet; the first tick starts it. */
export function initialReplication(options: {
  readonly primary: string;
  /** `hasData` says whether it already holds a copy that may still follow the primary. */
  readonly standby: { readonly node: string; readonly hasData: boolean } | null;
  readonly settings: ReplicationSettings;
  readonly now: Instant;
}): ReplicationState {
  const { primary, standby, settings, now } = options;
  const nodes: Record<string, StoreNode> = { [primary]: newNode("down", now) };
  if (standby !== null) nodes[standby.node] = newNode(standby.hasData ? "down" : "blank", now);
  return {
    settings,
    primary,
    standby: standby?.node ?? null,
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

/** Whether the standby has every acknowledged write and is there to take over. */
export function isPromotable(state: ReplicationState): boolean {
  if (state.standby === null || state.sync.mode !== "in-sync") return false;
  const standby = nodeOf(state, state.standby);
  return standby.phase === "running" && standby.failedProbes === 0;
}

export function summarizeReplication(state: ReplicationState): ReplicationSummary {
  const roles = Object.entries(state.nodes).map(([name, node]) => {
    const role = name === state.primary ? ("primary" as const) : ("standby" as const);
    return [name, { role, phase: node.phase }] as const;
  });
  const isProtected = isPromotable(state) && state.failover === null;
  return {
    phase: phaseOf(state),
    protected: isProtected,
    writer: state.writer,
    nodes: Object.fromEntries(roles),
  };
}

function phaseOf(state: ReplicationState): ReplicationSummary["phase"] {
  if (state.failover !== null) return "failing over";
  if (!isRunning(state, state.primary)) return "primary down";
  if (state.standby === null) return "single";
  return isPromotable(state) ? "protected" : "unprotected";
}

function newNode(phase: StoreNode["phase"], now: Instant): StoreNode {
  return {
    phase,
    since: now,
    failedProbes: 0,
    answeredAt: null,
    streaming: false,
    streamingChangedAt: now,
    askedAt: now,
    failures: 0,
    retryAt: now,
  };
}
