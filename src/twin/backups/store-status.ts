import { join } from "node:path";
import { storesIn, Vault } from "#stores/backup/vault.ts";
import type { StoreBackupStatus } from "./backup-status.ts";
import type { StoreBackups } from "./store-backups.ts";
import { vaultStatus } from "./store-vaults.ts";

/** What there is of a store that runs. */
export async function storeStatus(backups: StoreBackups): Promise<StoreBackupStatus> {
  const { store, vaults, archiveEveryMs, trouble } = backups;
  const found = await Promise.all(vaults.all.map(({ region, vault }) => vaultStatus(region, vault)));
  return {
    store,
    regions: vaults.all.map(({ region }) => region),
    archiveEveryMs,
    trouble,
    restorable: found[0]?.restorable ?? [],
    backups: found.flatMap((each) => each.backups),
  };
}

/** What the buckets of a twin have that is down. @param backups the folder with a bucket for each region */
export async function bucketsStatus(
  backups: string,
  regions: readonly string[],
): Promise<readonly StoreBackupStatus[]> {
  const names = [...new Set(regions.flatMap((region) => storesIn(join(backups, region))))];
  const stores = await Promise.all(
    names.map(async (store) => {
      const found = await Promise.all(
        regions.map(async (region) => ({
          region,
          ...(await vaultStatus(region, new Vault(join(backups, region), store))),
        })),
      );
      const filled = found.filter((each) => each.backups.length > 0);
      return {
        store,
        regions: filled.map(({ region }) => region),
        archiveEveryMs: null,
        trouble: null,
        restorable: filled[0]?.restorable ?? [],
        backups: filled.flatMap((each) => each.backups),
      };
    }),
  );
  return stores.filter(({ backups: all }) => all.length > 0);
}
