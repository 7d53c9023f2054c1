import type { TwinStatus } from "#twin/status.ts";
import type { Drill } from "./drill.ts";
import { clock } from "./samples.ts";
import { servingService } from "./targets.ts";
import { Watch } from "./watch.ts";

/** More than a rollout of all replicas takes. */
const WITHIN_MS = 300_000;

export const deployment: Drill = {
  name: "deployment",
  says: "deploys the service anew under another image tag, and then under the one before, while requests go on",
  ways: ["roll"],
  seenBy: "clients",
  plan: (scene) => {
    const { client, signal } = scene;
    const { name, version, deployment: before } = servingService(scene);
    const last = (status: TwinStatus) => status.services.find((service) => service.name === name)?.deployment;
    const first = (before?.id ?? 0) + 1;
    const isDone = (status: TwinStatus, id: number) =>
      (last(status)?.id ?? 0) >= id && last(status)?.state !== "IN_PROGRESS";
    return {
      parts: [name],
      isNoticed: false,
      writesToStore: false,
      isOver: (status) => isDone(status, first + 1),
      begin: async () => {
        const at = clock();
        await client.deploy(name, { imageTag: `drill-${Math.floor(at / 1000).toString(36)}` });
        let isSeen = false;
        const watch = new Watch(client);
        const seen = watch.until((status) => isDone(status, first), { withinMs: WITHIN_MS, signal });
        void seen.then(() => (isSeen = true)).finally(() => watch.end());
        return {
          at,
          what: `${name} is deployed anew`,
          isSeen: () => isSeen,
          heal: async () => void (await client.deploy(name, { version })),
        };
      },
    };
  },
};
