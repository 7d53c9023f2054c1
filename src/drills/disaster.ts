import { setTimeout as delay } from "node:timers/promises";
import type { StoreBackupStatus } from "#twin/backups/backup-status.ts";
import type { Begun, Drill, Scene } from "./drill.ts";
import { inject } from "./inject.ts";
import { SQL_KINDS, unsuitable } from "./targets.ts";

/** Beyond the archive interval, so that there is something that was archived since the probe began. */
const MARGIN_MS = 2_000;

export const disaster: Drill = {
  name: "disaster",
  says: "takes the region away, with everything that its stores hold, and restores all of it from backups",
  ways: ["region"],
  seenBy: "clients",
  mayLose: true,
  risk: "This drill deletes what the twin's stores hold, and restores it from their backups: what they lack is lost.",
  plan: async (scene) => {
    const { client, status } = scene;
    const stores = (await client.backups()).stores.filter(({ archiveEveryMs }) => archiveEveryMs !== null);
    if (stores.length === 0)
      throw unsuitable("none of its stores archives what is written", "Give a store a `backup`.");
    const unsaved = status.stores.find(
      ({ name, kind }) => SQL_KINDS.includes(kind) && stores.every(({ store }) => store !== name),
    );
    if (unsaved)
      throw unsuitable(
        `nothing would bring back what ${unsaved.name} holds: a twin takes no backups of ${unsaved.kind}`,
        "Try it on an architecture whose databases are PostgreSQL, with a `backup`.",
      );
    return {
      parts: [...status.stores, ...status.services, ...status.zones].map(({ name }) => name),
      isNoticed: true,
      asksNode: true,
      writesToStore: true,
      begin: () => begin(scene, stores),
    };
  },
};

async function begin(scene: Scene, stores: readonly StoreBackupStatus[]): Promise<Begun> {
  const { client, say, signal, architecture } = scene;
  const region = regionOf(architecture.region, stores);
  for (const { store, backups } of stores)
    if (!backups.some((backup) => backup.region === region && backup.failure === null)) {
      say(`${store} has no backup in ${region} yet, and gets one`);
      await client.backUp(store);
    }
  const lossWithinMs = Math.max(...stores.map(({ archiveEveryMs }) => archiveEveryMs ?? 0));
  say(`writes for ${Math.round((lossWithinMs + MARGIN_MS) / 1000)} s, so that some are archived`);
  await delay(lossWithinMs + MARGIN_MS, undefined, { signal });
  const { heal, at, what } = await inject(client, { part: "region", how: "kill", force: true });
  return {
    at,
    what,
    lossWithinMs,
    repair: async () => {
      const { seconds } = await client.restore({ region });
      say(`the backups of ${region} are restored, in ${seconds} s; all of it starts again`);
      await heal?.();
    },
    ...(heal ? { abandon: heal } : {}),
    figures: async () => ({ archiveEveryMs: lossWithinMs }),
  };
}

/** Another region than the one that is gone, where one has backups of all. */
function regionOf(own: string, stores: readonly StoreBackupStatus[]): string {
  const [first, ...others] = stores.map(({ regions }) => regions);
  const common = (first ?? []).filter((region) => others.every((regions) => regions.includes(region)));
  return common.find((region) => region !== own) ?? own;
}
