import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import { type Look, Monitor } from "#stores/redis/monitor.ts";
import { observe, type Observation, type Observed } from "./observe.ts";
import type { RedisNode } from "./redis-node.ts";

/** Asks every running node of a cache how it is and whom it follows, until it is ended. */
export function watchRedis(
  observed: Observed<RedisNode> & Pick<Observation<RedisNode, Look>, "reach">,
): Promise<void> {
  const { state, feed } = observed;
  /** What each node has said last, in the present term. */
  const looks = new Map<RedisNode, Look>();
  let term = state().term;
  return observe({
    ...observed,
    monitorOf: (node, at) => new Monitor({ ...node.access, ...at }),
    onUnasked: (node) => looks.delete(node),
    onLook: (node, seen: Look, before) => {
      // What a replica said before the fence may be less than what the primary still gave it.
      if (seen.ok && state().failover !== before.failover) return;
      if (state().term !== term) looks.clear();
      term = state().term;
      looks.set(node, seen);
      feed(
        seen.ok
          ? { kind: "probe-ok", node: node.id, offset: seen.offset }
          : { kind: "probe-failed", node: node.id },
      );
      for (const event of following(looks, state())) feed(event);
    },
  });
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
