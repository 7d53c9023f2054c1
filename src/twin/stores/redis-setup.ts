import { totalmem } from "node:os";
import { join } from "node:path";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { storeAccount } from "#stores/account.ts";
import { findRedis, type RedisPrograms } from "#stores/redis/find.ts";
import { REFUSED_BY_ELASTICACHE, type RedisPasswords, type RedisSettings } from "#stores/redis/settings.ts";
import { passwordsOf } from "../rotation/kept-credentials.ts";
import type { SecretFile } from "../secrets.ts";
import type { TwinContext } from "../twin-context.ts";
import { nodeCount, nodeMemory, type Redis } from "./redis-memory.ts";
import { RedisNode } from "./redis-node.ts";

/** The nodes of a cache, and what they are run with. */
export interface RedisSetup {
  readonly programs: RedisPrograms;
  /** In zone order; more nodes than zones go round again. */
  readonly nodes: ReadonlyMap<string, RedisNode>;
}

/** The names of the nodes, in zone order; more nodes than zones go round again. */
export function redisNodeIds(name: string, store: Redis, zones: readonly string[]): string[] {
  return Array.from({ length: nodeCount(store) }, (_, index) => {
    const round = Math.floor(index / zones.length);
    return `${name}-${zones[index % zones.length]?.at(-1)}${round === 0 ? "" : `-${round + 1}`}`;
  });
}

/** Finds the programs and gives each node its zone, address and directory. */
export async function makeRedisNodes(name: string, store: Redis, context: TwinContext): Promise<RedisSetup> {
  const { architecture, addresses, state, processes, secrets } = context;
  const account = storeAccount();
  const programs = findRedis(store.version, account);
  const passwords = redisPasswords(name, secrets);
  const settings = redisSettings(store, architecture.stores);
  const zones = architecture.zoneNames;
  const nodes = new Map<string, RedisNode>();
  for (const [index, id] of redisNodeIds(name, store, zones).entries()) {
    const zone = zones[index % zones.length] as string;
    const address = await addresses.acquire(store.subnets, index % zones.length, STORE_PORTS.redis);
    const place = { id, zone, address, directory: join(state.data, name, id) };
    nodes.set(id, new RedisNode(place, { programs, account, settings, passwords, processes }));
  }
  return { programs, nodes };
}

/** As they are whenever they are read: those of services may be rotated. */
export function redisPasswords(store: string, secrets: SecretFile): RedisPasswords {
  return {
    get application() {
      return passwordsOf(secrets, store).current;
    },
    get alsoApplication() {
      const { pending, previous } = passwordsOf(secrets, store);
      return [pending, previous].filter((password) => password !== null);
    },
    supervisor: secrets.password(`${store}.supervisor`),
    replication: secrets.password(`${store}.replication`),
  };
}

/**
 * As ElastiCache has it by default: keys with an expiry give way at the memory's limit, and what would change its
 * persistence or replication is refused. In pods it is Redis as it comes.
 */
export function redisSettings(store: Redis, stores: ResolvedArchitecture["stores"]): RedisSettings {
  const { hosting, appendOnlyFile, snapshots } = store;
  return {
    maxMemoryBytes: nodeMemory(store, stores, totalmem()),
    eviction: hosting === "managed" ? "volatile-lru" : "noeviction",
    appendOnly: appendOnlyFile,
    snapshotEveryMs: snapshots?.every ?? null,
    refused: hosting === "managed" ? REFUSED_BY_ELASTICACHE : [],
  };
}
