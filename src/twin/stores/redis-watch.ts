import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import { type Look, Monitor } from "#stores/redis/monitor.ts";
import { STORE_PROBE } from "../timing.ts";
import type { RedisNode } from "./redis-node.ts";

/** Asks every running node of a cache how it is and whom it follows, until it is ended. */
export async function watchRedis(
  nodes: readonly RedisNode[],
  state: () => ReplicationState,
  feed: (event: ReplicationEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const monitors = nodes.map((node) => ({ node, monitor: new Monitor(node.access) }));
  while (!signal.aborted) {
    const next = delay(STORE_PROBE.intervalMs, undefined, { signal }).catch(() => {});
    const running = monitors.filter(({ node }) => state().nodes[node.id]?.phase === "running");
    const looks = new Map<RedisNode, Look>();
    await Promise.all(
      running.map(async ({ node, monitor }) => {
        const { failover } = state();
        const seen = await monitor.look(STORE_PROBE.timeoutMs);
        looks.set(node, seen);
        // What a replica said before the fence may be less than what the primary still gave it.
        if (seen.ok && state().failover !== failover) return;
        feed(
          seen.ok
            ? { kind: "probe-ok", node: node.id, offset: seen.offset }
            : { kind: "probe-failed", node: node.id },
        );
      }),
    );
    for (const event of following(looks, state())) feed(event);
    await next;
  }
  for (const { monitor } of monitors) monitor.close();
}

/** A replica follows when it says that it has a whole copy, and the present primary knows it. */
function following(looks: ReadonlyMap<RedisNode, Look>, { primary }: ReplicationState): ReplicationEvent[] {
  const [, there] = [...looks].find(([{ id }]) => id === primary) ?? [];
  if (!there?.ok) return [];
  return [...looks].flatMap(([{ id, address }, here]) => {
    if (id === primary || !here.ok) return [];
    const follows = here.follows && there.replicas.includes(`${address.host}:${address.port}`);
    return [{ kind: follows ? "streaming" : "lost-streaming", node: id }];
  });
}
