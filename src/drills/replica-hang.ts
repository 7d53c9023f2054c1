import type { Drill } from "./drill.ts";
import { injectOnce } from "./inject.ts";
import { replicaOf, servingService } from "./targets.ts";

export const replicaHang: Drill = {
  name: "replica-hang",
  says: "stops a replica, which keeps its connections and answers nothing; its health check finds out",
  ways: ["hang"],
  seenBy: "clients",
  plan: (scene) => {
    const service = servingService(scene);
    const { id } = replicaOf(service, scene.round);
    return {
      parts: [service.name],
      isNoticed: true,
      writesToStore: false,
      // Its replacement is what ends it.
      begin: () => injectOnce(scene.client, { part: id, how: "hang" }),
    };
  },
};
