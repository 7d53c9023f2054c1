import { join } from "node:path";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import { type Account, storeAccount } from "#stores/account.ts";
import { findPostgresql, majorOf } from "#stores/postgresql/find.ts";
import type { Roles } from "#stores/postgresql/roles.ts";
import { type Settings, twinSettings } from "#stores/postgresql/settings.ts";
import type { Programs } from "#stores/programs.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { APPLICATION, applicationLogins } from "../rotation/application-logins.ts";
import type { SecretFile } from "../secrets.ts";
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

/** The names of the nodes, in zone order. */
export function nodeIds(
  name: string,
  { multiZone }: Pick<Postgresql, "multiZone">,
  { zoneNames }: Pick<ResolvedArchitecture, "zoneNames">,
): string[] {
  return zoneNames.slice(0, multiZone ? 2 : 1).map((zone) => `${name}-${zone.at(-1)}`);
}

/** The roles that a store has beside the superuser, with the passwords of today. */
export function rolesOf(name: string, secrets: SecretFile): Roles {
  const names = secretNames(name);
  return {
    application: {
      user: APPLICATION,
      database: APPLICATION,
      password: secrets.password(names.application),
      logins: applicationLogins(secrets, name),
    },
    replicationPassword: secrets.password(names.replication),
  };
}

/**
 * Finds the programs of the declared major version and gives each node its zone, address and directory.
 * @param archive settings by which the servers bring their log to safety
 */
export async function makeNodes(
  name: string,
  store: Postgresql,
  context: TwinContext,
  archive: Settings,
): Promise<PostgresqlSetup> {
  const { architecture, addresses, state, processes, secrets } = context;
  const account = storeAccount();
  const programs = await findPostgresql(majorOf(store.version), account);
  const settings = { ...nodeSettings(name, store, architecture), ...archive };
  const password = secrets.password(secretNames(name).superuser);
  const nodes = new Map<string, PostgresqlNode>();
  for (const [index, id] of nodeIds(name, store, architecture).entries()) {
    const zone = architecture.zoneNames[index] as string;
    const address = await addresses.acquire(store.subnets, index, STORE_PORTS.postgresql);
    const place = { id, zone, address, directory: join(state.data, name, id) };
    nodes.set(id, new PostgresqlNode(place, { programs, account, settings, password, processes }));
  }
  return { programs, account, nodes };
}

export function nodeSettings(
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
