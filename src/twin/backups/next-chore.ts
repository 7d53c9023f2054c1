import type { Listed } from "#stores/backup/vault.ts";
import type { Chosen, StoreBackups } from "./store-backups.ts";

/** What is to be done in the background next. */
export type Chore =
  | { readonly kind: "take"; readonly backups: StoreBackups }
  | { readonly kind: "try-out"; readonly backups: StoreBackups; readonly backup: Chosen };

/** When a store was last tried in vain, so that what fails is not tried all the time. Milliseconds since 1970. */
export type Attempts = ReadonlyMap<string, number>;

const AGAIN_AFTER_MS = 60_000;

/**
 * The next chore of a store: a backup that is due before the trial of one that was made. The first of a lineage is due at
 * once: until there is one, nothing of it can be restored.
 * @param lists the store's backups in its own region, in the order of time
 */
export function nextChore(
  backups: StoreBackups,
  list: readonly Listed[],
  attempts: Attempts,
  now: number,
): Chore | null {
  if (now - (attempts.get(backups.store) ?? Number.NEGATIVE_INFINITY) < AGAIN_AFTER_MS) return null;
  const { everyMs } = backups;
  const lineage = backups.vaults.home.currentLineage;
  const last = list.findLast((each) => each.lineage === lineage && each.manifest !== null);
  const isDue = !last?.manifest || now - Date.parse(last.manifest.finishedAt) >= (everyMs ?? 0);
  if (everyMs !== null && isDue) return { kind: "take", backups };
  // The newest first: that is the one which is needed most likely.
  const untried = list.findLast((each): each is Chosen => each.report === null && each.manifest !== null);
  return untried ? { kind: "try-out", backups, backup: untried } : null;
}
