import { join } from "node:path";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import { type Account, storeAccount } from "#stores/account.ts";
import { findPostgresql, majorOf } from "#stores/postgresql/find.ts";
import { type Settings, twinSettings } from "#stores/postgresql/settings.ts";
import type { Programs } from "#stores/programs.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import type { TwinContext } from "../twin-context.ts";
import { PostgresqlNode } from "./postgresql-node.ts";

type Postgresql = Extract<ResolvedStore, { kind: "postgresql" }>;

/** The nodes of a store, and what they are run with. */
export interface PostgresqlSetup {
  readonly programs: Programs;
  readonly account: Account | undefined;
  /** In zone order; the second one only where the store is in several zones. */
  readonly nodes: ReadonlyMap<string, PostgresqlNode>;
}

/** What services log in as, and to; the same in every twin. */
export const APPLICATION = "app";

/** Under which names a store's passwords are kept. */
export function secretNames(store: string): { superuser: string; application: string; replication: string } {
  return {
    superuser: `${store}.superuser`,
    application: `${store}.application`,
    replication: `${store}.replication`,
  };
}

const SHARED_BUFFERS_BYTES = 128 * 2 ** 20;
/** For probes, replication and whoever connects by hand. */
const SPARE_CONNECTIONS = 30;

/** Finds the programs of the declared major version and gives each node its zone, address and directory. */
export async function makeNodes(
  name: string,
  store: Postgresql,
  context: TwinContext,
): Promise<PostgresqlSetup> {
  const { architecture, addresses, state, processes, secrets } = context;
  const account = storeAccount();
  const programs = await findPostgresql(majorOf(store.version), account);
  const settings = nodeSettings(name, store, architecture);
  const password = secrets.password(secretNames(name).superuser);
  const nodes = new Map<string, PostgresqlNode>();
  for (const [index, zone] of architecture.zoneNames.slice(0, store.multiZone ? 2 : 1).entries()) {
    const id = `${name}-${zone.at(-1)}`;
    const address = await addresses.acquire(store.subnets, index, STORE_PORTS.postgresql);
    const place = { id, zone, address, directory: join(state.data, name, id) };
    nodes.set(id, new PostgresqlNode(place, { programs, account, settings, password, processes }));
  }
  return { programs, account, nodes };
}

function nodeSettings(
  name: string,
  store: Postgresql,
  { services }: Pick<ResolvedArchitecture, "services">,
): Settings {
  const clients = Object.values(services).filter(({ uses }) => uses.includes(name));
  // A rolling deployment may double the replicas, and each may hold its connections.
  const replicas = clients.reduce(
    (sum, service) => sum + (service.kind === "job" ? 1 : 2 * service.replicas.max),
    0,
  );
  return twinSettings(
    {
      sharedBuffersBytes: SHARED_BUFFERS_BYTES,
      maxConnections: Math.max(100, replicas * store.connectionsPerReplica + SPARE_CONNECTIONS),
    },
    twinParameters(store.parameters),
  );
}

/** RDS's own parameters, and libraries to preload, mean nothing to the PostgreSQL that runs here. */
export function twinParameters(parameters: Settings): Settings {
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([name]) => !name.startsWith("rds.") && name !== "shared_preload_libraries",
    ),
  );
}
