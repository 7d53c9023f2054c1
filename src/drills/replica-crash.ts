import type { Drill } from "./drill.ts";
import { inject } from "./inject.ts";
import { replicaOf, servingService } from "./targets.ts";

export const replicaCrash: Drill = {
  name: "replica-crash",
  says: "ends a replica by force; another one takes its place",
  ways: ["kill"],
  seenBy: "clients",
  plan: (scene) => {
    const service = servingService(scene);
    const { id } = replicaOf(service, scene.round);
    return {
      parts: [service.name],
      isNoticed: true,
      writesToStore: false,
      begin: () => inject(scene.client, { part: id, how: "kill" }),
    };
  },
};
