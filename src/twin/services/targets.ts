import type { HealthState } from "#control/health.ts";
import { isLive, type ReplicasState } from "#control/replica-state.ts";
import type { Balancer } from "../balancer.ts";
import type { ReplicaProcess } from "./replica-process.ts";

/**
 * Who is in the target group, and in which state. Who leaves is decided by the replicas' controller: the health's may
 * hear of it only when the step that it is in is over.
 */
export function targetsOf(
  health: HealthState["targets"],
  { replicas }: Pick<ReplicasState, "replicas">,
  processes: ReadonlyMap<string, ReplicaProcess>,
): Parameters<Balancer["setTargets"]>[1] {
  return Object.entries(health).flatMap(([id, { status }]) => {
    const process = processes.get(id);
    const replica = replicas.find((each) => each.id === id);
    if (!process || !replica) return [];
    const state = isLive(replica) ? status : "draining";
    return [{ id, ...process.reach, state, zone: replica.zone }];
  });
}
