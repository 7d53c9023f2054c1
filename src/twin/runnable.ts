import type { ResolvedArchitecture } from "#model/architecture.ts";
import { storeAccount } from "#stores/account.ts";
import { findMariadb } from "#stores/mariadb/find.ts";
import { findRedis } from "#stores/redis/find.ts";

/**
 * Refuses an architecture with a store whose program is not on this machine and does not come with Plumbline, before
 * anything is started. What nothing can stand in for is left out, and named among the substitutes.
 * @throws PlumblineError STORE_PROGRAM_MISSING or STORE_PROGRAM_UNUSABLE
 */
export function assertRunnable({ stores }: Pick<ResolvedArchitecture, "stores">): void {
  for (const store of Object.values(stores)) {
    if (store.kind === "redis") findRedis(store.version, storeAccount());
    if (store.kind === "mysql") findMariadb(storeAccount());
  }
}
