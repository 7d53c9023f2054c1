import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import { probe } from "#stores/postgresql/probe.ts";
import { replicationState } from "#stores/postgresql/replication.ts";
import { STORE_PROBE } from "../timing.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";

/** Probes every running node of a store, and looks whether the standby streams, at a steady pace until it is ended. */
export async function watch(
  nodes: ReadonlyMap<string, PostgresqlNode>,
  state: () => ReplicationState,
  feed: (event: ReplicationEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const next = delay(STORE_PROBE.intervalMs, undefined, { signal }).catch(() => {});
    const running = [...nodes.values()].filter(({ id }) => state().nodes[id]?.phase === "running");
    await Promise.all(running.map((node) => look(node, nodes, state(), feed)));
    await next;
  }
}

async function look(
  node: PostgresqlNode,
  nodes: ReadonlyMap<string, PostgresqlNode>,
  { primary, standby }: ReplicationState,
  feed: (event: ReplicationEvent) => void,
): Promise<void> {
  const seen = await probe(node.access, STORE_PROBE.timeoutMs);
  feed({ kind: seen.ok ? "probe-ok" : "probe-failed", node: node.id });
  if (node.id !== primary || standby === null || !seen.ok) return;
  try {
    const replicas = await replicationState(node.access, STORE_PROBE.timeoutMs);
    const streams = replicas.some(({ name, state }) => name === standby && state === "streaming");
    if (nodes.get(standby)?.pid != null)
      feed({ kind: streams ? "streaming" : "lost-streaming", node: standby });
  } catch {
    // The primary has just answered; whether it still does, the next probe says.
  }
}
