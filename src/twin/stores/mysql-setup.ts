import { join } from "node:path";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { type Account, storeAccount } from "#stores/account.ts";
import type { OwnPasswords } from "#stores/mariadb/configure.ts";
import { findMariadb, type MariadbPrograms } from "#stores/mariadb/find.ts";
import { knownParameters } from "#stores/mariadb/parameters.ts";
import { type Settings, twinSettings } from "#stores/mariadb/settings.ts";
import type { SecretFile } from "../secrets.ts";
import type { TwinContext } from "../twin-context.ts";
import { MysqlNode } from "./mysql-node.ts";

export type Mysql = Extract<ResolvedStore, { kind: "mysql" }>;

/** The nodes of a store, and what they are run with. */
export interface MysqlSetup {
  readonly programs: MariadbPrograms;
  readonly account: Account | undefined;
  /** In zone order; the second one only where the store is in several zones. */
  readonly nodes: ReadonlyMap<string, MysqlNode>;
  /** The read replicas, in the zones after those. */
  readonly readers: readonly MysqlNode[];
  /** Declared parameters that MariaDB does not have. */
  readonly leftOut: readonly string[];
}

const BUFFER_POOL_BYTES = 64 * 2 ** 20;
/** For probes, replication and whoever connects by hand. */
const SPARE_CONNECTIONS = 30;

/** Finds the programs and gives each node its zone, address and directory. */
export async function makeMysqlNodes(name: string, store: Mysql, context: TwinContext): Promise<MysqlSetup> {
  const { architecture, addresses, state, processes, secrets } = context;
  const account = storeAccount();
  const programs = findMariadb(account);
  const passwords = ownPasswords(name, secrets);
  const { parameters, leftOut } = twinParameters(store.parameters, knownParameters(programs, account));
  const settings = mysqlSettings(name, store, architecture, parameters);
  const zones = architecture.zoneNames;
  const all: MysqlNode[] = [];
  for (const [index, id] of nodeIds(name, store, zones).entries()) {
    const zone = index % zones.length;
    const address = await addresses.acquire(store.subnets, zone, STORE_PORTS.mysql);
    const directory = join(state.data, name, id);
    const place = { id, zone: zones[zone] as string, address, directory, serverId: index + 1 };
    all.push(new MysqlNode(place, { programs, account, settings, passwords, processes }));
  }
  const pair = store.multiZone ? 2 : 1;
  const nodes = new Map(all.slice(0, pair).map((node) => [node.id, node]));
  return { programs, account, nodes, readers: all.slice(pair), leftOut };
}

/** The names of the nodes, in zone order, read replicas last; more nodes than zones go round again. */
function nodeIds(name: string, { multiZone, readReplicas }: Mysql, zones: readonly string[]): string[] {
  return Array.from({ length: (multiZone ? 2 : 1) + readReplicas }, (_, index) => {
    const round = Math.floor(index / zones.length);
    return `${name}-${zones[index % zones.length]?.at(-1)}${round === 0 ? "" : `-${round + 1}`}`;
  });
}

export function ownPasswords(store: string, secrets: SecretFile): OwnPasswords {
  return {
    supervisor: secrets.password(`${store}.supervisor`),
    replication: secrets.password(`${store}.replication`),
  };
}

function mysqlSettings(
  name: string,
  store: Mysql,
  { services }: Pick<ResolvedArchitecture, "services">,
  parameters: Settings,
): Settings {
  const clients = Object.values(services).filter(({ uses }) => uses.some((used) => used === name));
  // A rolling deployment may double the replicas, and each may hold its connections.
  const replicas = clients.reduce(
    (sum, service) => sum + (service.kind === "job" ? 1 : 2 * service.replicas.max),
    0,
  );
  const maxConnections = Math.max(100, replicas * store.connectionsPerReplica + SPARE_CONNECTIONS);
  return twinSettings({ bufferPoolBytes: BUFFER_POOL_BYTES, maxConnections }, parameters);
}

/** What is about certificates means nothing here: clients come over plain loopback. */
const ABOUT_TLS = /^(require_secure_transport|tls_|ssl_|admin_(tls|ssl)_|rds[._])/;

/** The parameters that MariaDB runs with, and those that only MySQL has. */
export function twinParameters(
  declared: Settings,
  known: ReadonlySet<string>,
): { readonly parameters: Settings; readonly leftOut: readonly string[] } {
  const meant = Object.entries(declared).filter(([name]) => !ABOUT_TLS.test(name));
  const isKnown = ([name]: readonly [string, string]) => known.has(name.toLowerCase());
  return {
    parameters: Object.fromEntries(meant.filter(isKnown)),
    leftOut: meant.filter((entry) => !isKnown(entry)).map(([name]) => name),
  };
}
