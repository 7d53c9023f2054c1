import type { ResolvedStore } from "#model/architecture.ts";
import { CLASS_MEMORY_SHARE, CONNECTION_MEMORY, DOCUMENTDB_CONNECTIONS_PER_GIB } from "./databases.ts";
import { machineOf } from "./instance-types/instance-types.ts";

type Database = Pick<
  Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" | "documentdb" }>,
  "kind" | "instance" | "parameters"
>;

/** What `max_connections` is set to; null where AWS's default for the class counts. */
export function setConnections({ parameters }: Pick<Database, "parameters">): number | null {
  const set = Number(parameters["max_connections"]);
  return Number.isInteger(set) && set > 0 ? set : null;
}

/** How many connections a managed database takes; null for a class that is not known here. */
export function mostConnections(database: Database): number | null {
  return setConnections(database) ?? classConnections(database);
}

/** How many connections AWS gives a class by default, by its memory; null for one that is not known here. */
export function classConnections(database: Pick<Database, "kind" | "instance">): number | null {
  const machine = machineOf(database.instance);
  if (machine === null) return null;
  if (database.kind === "documentdb")
    return Math.floor((machine.memory / 2 ** 30) * DOCUMENTDB_CONNECTIONS_PER_GIB.value);
  const { bytes, most } = CONNECTION_MEMORY.value[database.kind];
  return Math.min(most, Math.floor((machine.memory * CLASS_MEMORY_SHARE.value) / bytes));
}
