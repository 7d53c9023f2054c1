import { type Look, Monitor } from "#stores/postgresql/monitor.ts";
import { observe, type Observation, type Observed } from "./observe.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";

/** Asks every running node of a store how it is, and the primary who streams from it, until it is ended. */
export function watchPostgresql(
  observed: Observed<PostgresqlNode> & Pick<Observation<PostgresqlNode, Look>, "reach">,
): Promise<void> {
  const { state, feed } = observed;
  return observe({
    ...observed,
    monitorOf: (node, at) => new Monitor({ ...node.access, ...at }),
    onLook: ({ id: node }, seen: Look) => {
      feed({ kind: seen.ok ? "probe-ok" : "probe-failed", node });
      const { primary, replicas } = state();
      if (!seen.ok || node !== primary) return;
      for (const replica of replicas)
        feed({ kind: seen.streaming.includes(replica) ? "streaming" : "lost-streaming", node: replica });
    },
  });
}
