import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { chooseBase } from "#stores/backup/choose.ts";
import { storesIn } from "#stores/backup/vault.ts";
import { makeOpen } from "#stores/account.ts";
import type { TwinContext } from "../twin-context.ts";
import type { RegionRestoreStatus } from "./backup-status.ts";
import type { BucketCopy } from "./bucket-copy.ts";
import type { StoreBackups } from "./store-backups.ts";

interface EmptyTwin {
  readonly context: TwinContext;
  readonly stores: () => readonly StoreBackups[];
  readonly copies: readonly BucketCopy[];
}

/**
 * Fills the stores of a twin that has lost its data from the bucket of a region, each to the last moment that was
 * archived there. Their servers start with it afterwards.
 * @throws PlumblineError BACKUP_NOT_FOUND where the region has nothing, RESTORE_NOT_EMPTY, BACKUP_CORRUPT
 */
export async function restoreRegion(
  region: string,
  { context, stores, copies }: EmptyTwin,
  signal: AbortSignal,
): Promise<RegionRestoreStatus> {
  const began = performance.now();
  assertSomething(region, context.state.backups);
  const all = stores();
  for (const backups of all) assertEmpty(backups);
  const restored = await Promise.all(all.map((backups) => restoreOne(region, backups, signal)));
  const filled = await Promise.all(
    copies.map(async (copy) => ({
      store: copy.store,
      backup: (await copy.restore(region)) ? "objects" : null,
      lastChange: null,
    })),
  );
  for (const { store, backup, lastChange } of [...restored, ...filled])
    context.events.record(
      backup === null ? "warning" : "info",
      store,
      backup === null
        ? `begins empty: ${region} has nothing of it`
        : `is restored from ${region}${lastChange === null ? "" : `, as it was at ${lastChange}`}`,
    );
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  return { region, stores: [...restored, ...filled], seconds };
}

async function restoreOne(
  region: string,
  backups: StoreBackups,
  signal: AbortSignal,
): Promise<RegionRestoreStatus["stores"][number]> {
  const { store } = backups;
  const vault = backups.vaults.in(region);
  const list = await vault.list();
  if (list.length === 0) return { store, backup: null, lastChange: null };
  const latest = { kind: "latest" } as const;
  const chosen = chooseBase(store, list, vault.lineages(), latest, new Date());
  const directory = backups.primaryDirectory;
  makeOpen(join(directory, ".."));
  try {
    const lastChange = await backups.restore(chosen, latest, directory, signal);
    backups.beginLineage();
    return { store, backup: chosen.id, lastChange };
  } catch (error) {
    await Promise.all(
      [directory, `${directory}.log`].map((path) => rm(path, { recursive: true, force: true })),
    );
    throw error;
  }
}

function assertSomething(region: string, buckets: string): void {
  if (storesIn(join(buckets, region)).length > 0) return;
  const regions = storesIn(buckets);
  throw new PlumblineError(
    "BACKUP_NOT_FOUND",
    `There are no backups in ${region}.`,
    regions.length > 0
      ? `There are in: ${regions.join(", ")}.`
      : "Make one with `plumbline backup`, while the twin runs.",
  );
}

function assertEmpty({ store, isRunning, primaryDirectory }: StoreBackups): void {
  if (!isRunning && !existsSync(primaryDirectory)) return;
  throw new PlumblineError(
    "RESTORE_NOT_EMPTY",
    `The store ${store} has data (${primaryDirectory}), and a region is restored into nothing.`,
    `\`plumbline restore ${store} --replace\` lets a store that runs go on from a backup; \`plumbline down\`, then the command again with --yes, puts the data aside.`,
  );
}
