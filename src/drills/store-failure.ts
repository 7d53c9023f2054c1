import type { FaultName } from "#model/faults.ts";
import type { Drill, Plan, Scene } from "./drill.ts";
import { inject, injectOnce } from "./inject.ts";
import { SQL_KINDS, storeOf, unsuitable } from "./targets.ts";

const WAYS = { kill: "kill", hang: "hang", partition: "cut" } as const;

/** The primary of a store is gone, in each of the ways in which it can be. */
function storeFailure(
  name: FaultName,
  kinds: readonly string[],
  what: string,
): Pick<Drill, "name" | "ways" | "plan"> {
  return {
    name,
    ways: Object.keys(WAYS),
    plan: (scene: Scene, way: string): Plan => {
      const store = storeOf(scene, ...kinds);
      if (!store) throw unsuitable(`it has no ${what}`, "Try it on an architecture with one.");
      const fault = { part: store.name, how: WAYS[way as keyof typeof WAYS] };
      return {
        parts: [store.name],
        isNoticed: true,
        writesToStore: SQL_KINDS.includes(store.kind),
        // What hangs is fenced, and with that it is over; a cut lasts until somebody heals it.
        begin: () => (way === "partition" ? inject : injectOnce)(scene.client, fault),
      };
    },
  };
}

export const databaseFailure: Drill = {
  ...storeFailure("database-failure", SQL_KINDS, "database that runs here"),
  says: "kills the primary of the database, lets it hang, or cuts it off; its standby takes over",
  seenBy: "store",
};

export const cacheFailure: Drill = {
  ...storeFailure("cache-failure", ["redis"], "Redis store that runs here"),
  says: "kills the primary of the cache, lets it hang, or cuts it off; services do without it meanwhile",
  seenBy: "clients",
};
