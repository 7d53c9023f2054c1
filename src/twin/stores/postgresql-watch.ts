import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import { Monitor } from "#stores/postgresql/monitor.ts";
import { STORE_PROBE } from "../timing.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";

/** Asks every running node of a store how it is, and the primary who streams from it, until it is ended. */
export async function watch(
  nodes: readonly PostgresqlNode[],
  state: () => ReplicationState,
  feed: (event: ReplicationEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const monitors = nodes.map((node) => ({ id: node.id, monitor: new Monitor(node.access) }));
  while (!signal.aborted) {
    const next = delay(STORE_PROBE.intervalMs, undefined, { signal }).catch(() => {});
    const running = monitors.filter(({ id }) => state().nodes[id]?.phase === "running");
    await Promise.all(running.map(({ id, monitor }) => look(id, monitor, state, feed)));
    await next;
  }
  for (const { monitor } of monitors) monitor.close();
}

async function look(
  node: string,
  monitor: Monitor,
  state: () => ReplicationState,
  feed: (event: ReplicationEvent) => void,
): Promise<void> {
  const seen = await monitor.look(STORE_PROBE.timeoutMs);
  feed({ kind: seen.ok ? "probe-ok" : "probe-failed", node });
  const { primary, replicas } = state();
  if (!seen.ok || node !== primary) return;
  for (const replica of replicas)
    feed({ kind: seen.streaming.includes(replica) ? "streaming" : "lost-streaming", node: replica });
}
