import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import type { Address } from "../addresses.ts";
import { STORE_PROBE } from "../timing.ts";
import { Patience } from "./patience.ts";
import type { StoreNode } from "./replicated-store.ts";

/** What is observed, and who hears of it. */
export interface Observed<Node> {
  readonly nodes: readonly Node[];
  readonly state: () => ReplicationState;
  readonly feed: (event: ReplicationEvent) => void;
  readonly signal: AbortSignal;
}

/** Asks one server again and again, on a connection that it keeps. */
interface Monitor<Look> {
  look(timeoutMs: number): Promise<Look>;
  close(): void;
}

export interface Observation<Node, Look> extends Observed<Node> {
  /** Where a node is asked; null while nobody can say anything about it. */
  readonly reach: (node: Node) => Address | null;
  readonly monitorOf: (node: Node, at: Address) => Monitor<Look>;
  /** Told what a node that runs has said. */
  readonly onLook: (node: Node, look: Look, before: ReplicationState) => void;
  /** Told that a node does not run, or cannot be asked. */
  readonly onUnasked?: (node: Node) => void;
}

/** Asks every running node of a store how it is until it is ended; one that does not answer keeps no other waiting. */
export async function observe<Node extends StoreNode, Look extends { readonly ok: boolean }>(
  observation: Observation<Node, Look>,
): Promise<void> {
  await Promise.all(observation.nodes.map((node) => observeOne(node, observation)));
}

async function observeOne<Node extends StoreNode, Look extends { readonly ok: boolean }>(
  node: Node,
  { state, signal, reach, monitorOf, onLook, onUnasked }: Observation<Node, Look>,
): Promise<void> {
  let monitor: Monitor<Look> | undefined;
  const patience = new Patience(STORE_PROBE.timeoutMs);
  /** Since when it has not answered. */
  let asked: number | undefined;
  while (!signal.aborted) {
    const next = delay(STORE_PROBE.intervalMs, undefined, { signal }).catch(() => {});
    const before = state();
    const at = before.nodes[node.id]?.phase === "running" ? reach(node) : null;
    if (at) {
      monitor ??= monitorOf(node, at);
      asked ??= performance.now();
      const look = await monitor.look(patience.ms);
      if (look.ok) {
        patience.heard(performance.now() - asked);
        asked = undefined;
      }
      // What was asked of another process of the node says nothing of the one that runs now.
      const same = state().nodes[node.id]?.since === before.nodes[node.id]?.since;
      if (same && !signal.aborted) onLook(node, look, before);
    } else {
      monitor?.close();
      monitor = undefined;
      asked = undefined;
      onUnasked?.(node);
    }
    await next;
  }
  monitor?.close();
}
