import type { Drill } from "./drill.ts";
import { inject } from "./inject.ts";
import { replicaOf, servingService } from "./targets.ts";

/** A replica that ends this soon after its start is taken for one of a crash loop, and its successor waits on purpose. */
const PROVEN_AFTER_MS = 10_000;

export const replicaCrash: Drill = {
  name: "replica-crash",
  says: "ends a replica's process by force; on EC2 its unit starts it again, elsewhere another replica takes its place",
  ways: ["kill"],
  seenBy: "clients",
  isReadyAgain: ({ services }) =>
    services
      .flatMap(({ replicas }) => replicas)
      .every(
        ({ startedAt }) => startedAt !== null && Date.now() - Date.parse(startedAt) > PROVEN_AFTER_MS + 2000,
      ),
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
