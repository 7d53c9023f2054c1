import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { StoreKind } from "#model/stores/store.ts";
import { storeAccount } from "#stores/account.ts";
import { findRedis } from "#stores/redis/find.ts";
import type { TwinContext } from "../twin-context.ts";
import { BucketKeeper } from "./bucket-keeper.ts";
import { PostgresqlKeeper } from "./postgresql-keeper.ts";
import { RedisKeeper } from "./redis-keeper.ts";
import type { StoreKeeper } from "./store-keeper.ts";

type KeeperOf<Kind extends StoreKind> = (
  name: string,
  store: Extract<ResolvedStore, { kind: Kind }>,
  context: TwinContext,
) => StoreKeeper;

/** Who keeps each kind of store; null where the twin cannot run it. A new kind does not compile until it is here. */
const KEEPERS: { readonly [Kind in StoreKind]: KeeperOf<Kind> | null } = {
  postgresql: (name, store, context) => new PostgresqlKeeper(name, store, context),
  bucket: (name, _store, context) => new BucketKeeper(name, context),
  mysql: null,
  documentdb: null,
  redis: (name, store, context) => new RedisKeeper(name, store, context),
};

/** The keeper of a store of a supported kind. */
export function keepStore(name: string, store: ResolvedStore, context: TwinContext): StoreKeeper {
  const keeper = KEEPERS[store.kind] as KeeperOf<StoreKind>;
  return keeper(name, store, context);
}

/**
 * Fails at once where a program that does not come with Plumbline is not on this machine.
 * @throws PlumblineError STORE_PROGRAM_MISSING or STORE_PROGRAM_UNUSABLE
 */
export function assertPrograms({ stores }: Pick<ResolvedArchitecture, "stores">): void {
  for (const store of Object.values(stores))
    if (store.kind === "redis") findRedis(store.version, storeAccount());
}

/** The kinds of store that a twin can run. */
export function supportedKinds(): StoreKind[] {
  return (Object.keys(KEEPERS) as StoreKind[]).filter((kind) => KEEPERS[kind] !== null);
}
