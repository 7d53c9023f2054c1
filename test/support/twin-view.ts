import type { ReplicaStatus, StoreNodeStatus, StoreStatus, TwinStatus } from "#twin/status.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import { eventually } from "./eventually.ts";
import type { Project } from "./project.ts";

/** The replicas of `api`, as `status` shows them. */
export function replicasOf({ services }: TwinStatus): readonly ReplicaStatus[] {
  return services.find(({ name }) => name === "api")?.replicas ?? [];
}

export function database({ stores }: TwinStatus): StoreStatus {
  const store = stores.find(({ name }) => name === "database");
  if (!store) throw new Error("The twin has no database yet.");
  return store;
}

export function nodeOf(status: TwinStatus, role: "primary" | "standby"): StoreNodeStatus {
  const node = database(status).nodes.find((each) => each.role === role);
  if (!node) throw new Error(`The database has no ${role}.`);
  return node;
}

/** The same status as `plumbline status --json` prints, without starting a program each time. */
async function look(project: Project, name: string): Promise<TwinStatus> {
  const record = runningRecord(project.state(name));
  if (!record) throw new Error(`Nobody supervises ${name}.`);
  return new ControlClient(record).status();
}

/** Waits until `status` says what is expected, and returns that status. */
export async function untilStatus(
  project: Project,
  name: string,
  what: string,
  holds: (status: TwinStatus) => boolean,
  withinMs?: number,
): Promise<TwinStatus> {
  let last: TwinStatus | undefined;
  const found = await eventually(
    what,
    async () => {
      last = await look(project, name);
      return holds(last) ? last : undefined;
    },
    withinMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; status: ${JSON.stringify(last)}`, { cause: error });
  });
  return found;
}
