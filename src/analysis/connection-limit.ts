import type { Reference } from "#model/evidence.ts";
import { mostConnections, setConnections } from "#aws/connections.ts";
import { CONNECTION_MEMORY, DOCUMENTDB_CONNECTIONS_PER_GIB } from "#aws/databases.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import { referencesTo } from "./finding.ts";
import type { Database } from "./parts.ts";
import { gib, grouped } from "./words.ts";

interface ConnectionLimit {
  readonly most: number;
  readonly says: string;
  readonly references: readonly Reference[];
}

/** How many connections a database takes, and why; null for a class that is not known here. */
export function connectionLimit(store: Database): ConnectionLimit | null {
  const most = mostConnections(store);
  if (most === null) return null;
  const set = setConnections(store);
  if (set !== null) return { most, says: `max_connections is set to ${grouped(set)}.`, references: [] };
  const memory = gib(machineOf(store.instance)?.memory ?? 0);
  if (store.kind === "documentdb")
    return {
      most,
      says: `${store.instance} with ${memory} takes ${grouped(most)}.`,
      references: referencesTo(DOCUMENTDB_CONNECTIONS_PER_GIB),
    };
  const { bytes } = CONNECTION_MEMORY.value[store.kind];
  return {
    most,
    says: `${store.instance} with ${memory} takes about ${grouped(most)}: the memory that RDS leaves, by ${grouped(bytes)} bytes for each.`,
    references: referencesTo(CONNECTION_MEMORY),
  };
}
