import {
  isHealthy,
  isLive,
  isOutdated,
  type Replica,
  type ReplicasState,
  summarizeReplicas,
} from "#control/replica-state.ts";
import type { ReplicaStatus, ServiceStatus, ServiceTrouble } from "../status.ts";
import type { RunningReplica } from "./replica-process.ts";

/** What a service is at this moment, for people and for `--json`. */
export function serviceStatus(
  kind: ServiceStatus["kind"],
  state: ReplicasState,
  processes: ReadonlyMap<string, RunningReplica>,
  {
    versionOf,
    ...runs
  }: Pick<ServiceStatus, "version" | "imageTag" | "deployment"> & {
    /** What people read of a release's name. */
    readonly versionOf: (label: string) => string;
  },
): ServiceStatus {
  const { desired, healthy, outdated } = summarizeReplicas(state);
  return {
    name: state.service,
    kind,
    ...runs,
    desired,
    healthy,
    outdated,
    trouble: troubleOf(state),
    replicas: state.replicas.map((replica) => ({
      ...replicaStatus(replica, processes.get(replica.id)),
      version: versionOf(replica.version),
    })),
  };
}

/** What keeps a service from what it should be; null where all is well. */
export function troubleOf(state: ReplicasState): ServiceTrouble | null {
  const { failures, service, lastLoss } = state;
  if (summarizeReplicas(state).phase === "steady") return null;
  if (lastLoss) return { failures, replica: lastLoss.id, reason: lastLoss.reason };
  const ailing = state.replicas.find(
    (replica) => isLive(replica) && !isHealthy(replica) && !isOutdated(replica, state),
  );
  return { failures, replica: ailing?.id ?? `${service}-1`, reason: "does not pass its health check" };
}

function replicaStatus(
  { id, zone, phase, health, sick }: Replica,
  process: RunningReplica | undefined,
): Omit<ReplicaStatus, "version"> {
  const running = sick === null && health === "unknown" ? "starting" : health;
  return {
    id,
    zone,
    state: phase === "running" ? running : phase,
    address: process ? `${process.address.host}:${process.address.port}` : "",
    pid: process?.pid ?? null,
    startedAt: process?.startedAt ?? null,
  };
}
