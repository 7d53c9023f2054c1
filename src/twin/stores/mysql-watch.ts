import type { ReplicationEvent, ReplicationState } from "#control/replication-state.ts";
import { type Look, Monitor } from "#stores/mariadb/monitor.ts";
import { reaches } from "#stores/mariadb/position.ts";
import type { MysqlNode } from "./mysql-node.ts";
import { observe, type Observation, type Observed } from "./observe.ts";

export interface MysqlObserved extends Observed<MysqlNode> {
  readonly reach: Observation<MysqlNode, Look>["reach"];
  /** Told why a replica can never follow with the data that it has. */
  readonly onLost: (node: string, reason: string) => void;
}

/** Asks every running node of a store how it is and whom it follows, until it is ended. */
export function watchMysql({ onLost, ...observed }: MysqlObserved): Promise<void> {
  const { state, feed } = observed;
  /** What each node has said last, in the present term. */
  const looks = new Map<MysqlNode, Look>();
  let term = state().term;
  return observe({
    ...observed,
    monitorOf: (node, at) => new Monitor({ ...node.access, ...at }),
    onUnasked: (node) => looks.delete(node),
    onLook: (node, seen: Look) => {
      if (state().term !== term) looks.clear();
      term = state().term;
      feed({ kind: seen.ok ? "probe-ok" : "probe-failed", node: node.id });
      // Compared with what the primary had before, so that a standby that keeps up is seen to do so under load.
      for (const event of following(node, seen, looks, state())) feed(event);
      looks.set(node, seen);
      const lost = seen.ok && node.id !== state().primary ? seen.following?.lost : null;
      if (lost) onLost(node.id, lost);
    },
  });
}

/** A replica follows when it does its work and has what the primary had, and the present primary knows it. */
function following(
  node: MysqlNode,
  seen: Look,
  looks: ReadonlyMap<MysqlNode, Look>,
  { primary }: ReplicationState,
): ReplicationEvent[] {
  if (!seen.ok) return [];
  if (node.id === primary) {
    // It says at once who has left it.
    return [...looks.keys()].flatMap(({ id, serverId }) =>
      id === primary || seen.replicas.includes(serverId) ? [] : [{ kind: "lost-streaming", node: id }],
    );
  }
  const [, there] = [...looks].find(([{ id }]) => id === primary) ?? [];
  if (!there?.ok) return [];
  const known = there.replicas.includes(node.serverId);
  const { following: here } = seen;
  if (!known || !here?.works) return [{ kind: "lost-streaming", node: node.id }];
  // One that still catches up has not lost its primary.
  return reaches(here.received, there.position) ? [{ kind: "streaming", node: node.id }] : [];
}
