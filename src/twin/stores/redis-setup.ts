import { totalmem } from "node:os";
import { join } from "node:path";
import { STORE_PORTS } from "#model/stores/store.ts";
import { storeAccount } from "#stores/account.ts";
import { findRedis, type RedisPrograms } from "#stores/redis/find.ts";
import { REFUSED_BY_ELASTICACHE, type RedisPasswords, type RedisSettings } from "#stores/redis/settings.ts";
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

/** Finds the programs and gives each node its zone, address and directory. */
export async function makeRedisNodes(name: string, store: Redis, context: TwinContext): Promise<RedisSetup> {
  const { architecture, addresses, state, processes, secrets } = context;
  const account = storeAccount();
  const programs = findRedis(store.version, account);
  const passwords = redisPasswords(name, secrets);
  const settings = nodeSettings(store, nodeMemory(store, architecture.stores, totalmem()));
  const zones = architecture.zoneNames;
  const nodes = new Map<string, RedisNode>();
  for (let index = 0; index < nodeCount(store); index++) {
    const zone = zones[index % zones.length] as string;
    const round = Math.floor(index / zones.length);
    const id = `${name}-${zone.at(-1)}${round === 0 ? "" : `-${round + 1}`}`;
    const address = await addresses.acquire(store.subnets, index % zones.length, STORE_PORTS.redis);
    const place = { id, zone, address, directory: join(state.data, name, id) };
    nodes.set(id, new RedisNode(place, { programs, account, settings, passwords, processes }));
  }
  return { programs, nodes };
}

export function redisPasswords(store: string, secrets: SecretFile): RedisPasswords {
  return {
    application: secrets.password(`${store}.application`),
    supervisor: secrets.password(`${store}.supervisor`),
    replication: secrets.password(`${store}.replication`),
  };
}

/**
 * As ElastiCache has it by default: keys with an expiry give way at the memory's limit, and what would change its
 * persistence or replication is refused. In pods it is Redis as it comes.
 */
function nodeSettings({ hosting, appendOnlyFile, snapshots }: Redis, maxMemoryBytes: number): RedisSettings {
  return {
    maxMemoryBytes,
    eviction: hosting === "managed" ? "volatile-lru" : "noeviction",
    appendOnly: appendOnlyFile,
    snapshotEveryMs: snapshots?.every ?? null,
    refused: hosting === "managed" ? REFUSED_BY_ELASTICACHE : [],
  };
}
