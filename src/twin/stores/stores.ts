import type { ResolvedStore } from "#model/architecture.ts";
import type { StoreKind } from "#model/stores/store.ts";
import type { TwinContext } from "../twin-context.ts";
import { AbsentKeeper } from "./absent-keeper.ts";
import { BucketKeeper } from "./bucket-keeper.ts";
import { MysqlKeeper } from "./mysql-keeper.ts";
import { PostgresqlKeeper } from "./postgresql-keeper.ts";
import { RedisKeeper } from "./redis-keeper.ts";
import type { StoreKeeper } from "./store-keeper.ts";

type KeeperOf<Kind extends StoreKind> = (
  name: string,
  store: Extract<ResolvedStore, { kind: Kind }>,
  context: TwinContext,
) => StoreKeeper;

/** Who keeps each kind of store. A new kind does not compile until it is here. */
const KEEPERS: { readonly [Kind in StoreKind]: KeeperOf<Kind> } = {
  postgresql: (name, store, context) => new PostgresqlKeeper(name, store, context),
  bucket: (name, _store, context) => new BucketKeeper(name, context),
  mysql: (name, store, context) => new MysqlKeeper(name, store, context),
  documentdb: (name, { kind }, context) => new AbsentKeeper(name, kind, context),
  redis: (name, store, context) => new RedisKeeper(name, store, context),
};

export function keepStore(name: string, store: ResolvedStore, context: TwinContext): StoreKeeper {
  const keeper = KEEPERS[store.kind] as KeeperOf<StoreKind>;
  return keeper(name, store, context);
}
