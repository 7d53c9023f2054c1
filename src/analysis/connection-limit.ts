import type { Reference } from "#model/evidence.ts";
import { CLASS_MEMORY_SHARE, CONNECTION_MEMORY, DOCUMENTDB_CONNECTIONS_PER_GIB } from "#aws/databases.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import { referencesTo } from "./finding.ts";
import type { Database } from "./parts.ts";
import { gib, grouped } from "./words.ts";

interface ConnectionLimit {
  readonly most: number;
  readonly says: string;
  readonly references: readonly Reference[];
}

/** How many connections a database takes: what its parameters say, otherwise AWS's default for its class. */
export function mostConnections(store: Database): ConnectionLimit | null {
  const set = Number(store.parameters["max_connections"]);
  if (Number.isInteger(set) && set > 0)
    return { most: set, says: `max_connections is set to ${grouped(set)}.`, references: [] };
  const machine = machineOf(store.instance);
  if (machine === null) return null;
  const memory = gib(machine.memory);
  if (store.kind === "documentdb") {
    const most = Math.floor((machine.memory / 2 ** 30) * DOCUMENTDB_CONNECTIONS_PER_GIB.value);
    return {
      most,
      says: `${store.instance} with ${memory} takes ${grouped(most)}.`,
      references: referencesTo(DOCUMENTDB_CONNECTIONS_PER_GIB),
    };
  }
  const { bytes, most: ceiling } = CONNECTION_MEMORY.value[store.kind];
  const usable = machine.memory * CLASS_MEMORY_SHARE.value;
  const most = Math.min(ceiling, Math.floor(usable / bytes));
  return {
    most,
    says: `${store.instance} with ${memory} takes about ${grouped(most)}: the memory that RDS leaves, by ${grouped(bytes)} bytes for each.`,
    references: referencesTo(CONNECTION_MEMORY),
  };
}
