import type { Finding } from "#model/evidence.ts";
import {
  APPEND_ONLY_FILE,
  AUTOMATIC_SNAPSHOT_EVERY,
  CACHE_NODE_TYPES,
  MOST_MANUAL_SNAPSHOTS_PER_DAY,
  REDIS_VERSIONS,
} from "#aws/caches.ts";
import { LONGEST_BACKUP_RETENTION_DAYS, MOST_READ_REPLICAS } from "#aws/databases.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { caches, type Redis } from "../parts.ts";
import { count, gib, list, time } from "../words.ts";

const DAY = 86_400_000;

/** What ElastiCache does not offer, or not together; and what one Redis should not hold together. */
export const cacheSettings: Check = (architecture) =>
  caches(architecture).flatMap(([name, store]) => [
    ...(store.hosting === "managed"
      ? managed(`stores.${name}`, name, store)
      : inPods(`stores.${name}`, name, store)),
    mixture(`stores.${name}`, name, store),
  ]);

function managed(at: string, name: string, store: Redis): Finding[] {
  return [
    nodeType(at, store),
    appendOnlyFile(at, name, store),
    ...snapshots(at, name, store),
    version(at, name, store),
    replicas(at, name, store),
  ];
}

/** Of the burstable families ElastiCache has three sizes, and no compute optimised ones at all. */
function nodeType(at: string, { instance = "" }: Redis): Finding {
  const part = `${at}.instance`;
  const references = referencesTo(CACHE_NODE_TYPES);
  if (machineOf(instance) === null)
    return inconclusive(
      { check: "instance-class", part, says: `The node type ${instance} is not known here.`, references },
      "Look it up.",
    );
  const isOffered = new RegExp(CACHE_NODE_TYPES.value).test(instance);
  const found: Found = {
    check: "instance-class",
    part,
    says: isOffered ? `${instance} is a node type of ElastiCache.` : `ElastiCache has no ${instance}.`,
    references,
  };
  return isOffered
    ? holds(found)
    : fails(found, "Take one that there is, such as cache.t4g.medium or cache.m6g.large.", {
        [part]: "cache.m6g.large",
      });
}

function appendOnlyFile(at: string, name: string, { appendOnlyFile: isDeclared, multiZone }: Redis): Finding {
  const part = `${at}.appendOnlyFile`;
  const found: Found = {
    check: "append-only-file",
    part,
    says: isDeclared
      ? `${name} is to write an append-only file. ElastiCache has none from Redis 2.8.22 on${multiZone ? ", and never with Multi-AZ" : ""}: the setting has no effect, and nothing is kept by it.`
      : `${name} declares no append-only file, which ElastiCache does not offer.`,
    references: referencesTo(APPEND_ONLY_FILE),
  };
  return isDeclared
    ? fails(
        found,
        "Remove it; replicas in other zones and snapshots are what ElastiCache has, or use MemoryDB, which is durable.",
        { [part]: false },
      )
    : holds(found);
}

function snapshots(at: string, name: string, { snapshots: declared }: Redis): Finding[] {
  if (!declared) return [];
  const daily = AUTOMATIC_SNAPSHOT_EVERY;
  const perDay = DAY / declared.every;
  const most = MOST_MANUAL_SNAPSHOTS_PER_DAY;
  const found: Found = {
    check: "snapshot-schedule",
    part: `${at}.snapshots.every`,
    figure: declared.every,
    limit: daily.value,
    unit: "milliseconds",
    says: "",
    references: referencesTo(daily, most),
  };
  const kept = retention(at, declared.retention);
  if (declared.every >= daily.value)
    return [
      holds({
        ...found,
        says: `${name} has a snapshot every ${time(declared.every)}; ElastiCache takes one a day by itself.`,
      }),
      kept,
    ];
  const says = `${name} is to have a snapshot every ${time(declared.every)}. ElastiCache takes one a day by itself: the others are manual ones, which something has to ask for and to delete, ${most.value} in 24 hours at the most.`;
  return [
    fails(
      { ...found, says: perDay > most.value ? `${says} This asks for ${perDay}.` : says },
      "Ask for them by a schedule and delete them by another, or take one a day.",
      { [`${at}.snapshots.every`]: daily.value },
    ),
    kept,
  ];
}

function retention(at: string, ms: number): Finding {
  const part = `${at}.snapshots.retention`;
  const most = LONGEST_BACKUP_RETENTION_DAYS;
  const found: Found = {
    check: "backup-retention",
    part,
    figure: ms / 1000,
    limit: most.value * 86_400,
    unit: "seconds",
    says: `Snapshots are kept for ${time(ms)}. ElastiCache keeps automatic ones for ${most.value} days at the most.`,
    references: referencesTo(most),
  };
  return ms <= most.value * DAY
    ? holds(found)
    : fails(found, `Keep them for ${most.value} days.`, { [part]: most.value * DAY });
}

function version(at: string, name: string, { version: declared }: Redis): Finding {
  const known = REDIS_VERSIONS.value;
  const isKnown = known.includes(declared) || known.some((each) => each.startsWith(`${declared}.`));
  const newest = known.at(-1) ?? "";
  const found: Found = {
    check: "version-minor",
    part: `${at}.version`,
    says: isKnown
      ? `ElastiCache has Redis OSS ${declared}.`
      : `${name} is to run Redis ${declared}. ElastiCache has Redis OSS ${list(known)}; what is newer is Valkey.`,
    references: referencesTo(REDIS_VERSIONS),
  };
  return isKnown ? holds(found) : fails(found, `Take ${newest}, or Valkey.`, { [`${at}.version`]: newest });
}

function replicas(at: string, name: string, { readReplicas }: Redis): Finding {
  const most = MOST_READ_REPLICAS.value.elasticache;
  const found: Found = {
    check: "read-replicas",
    part: `${at}.readReplicas`,
    figure: readReplicas,
    limit: most,
    unit: "count",
    says: `${name} has ${count(readReplicas, "replica")}; ElastiCache takes ${most}.`,
  };
  return readReplicas <= most
    ? holds(found)
    : fails(found, `Take ${most}.`, { [`${at}.readReplicas`]: most });
}

/** A Redis in a pod is ended when it grows over its limit, unless it evicts before; writing to disk forks it meanwhile. */
function inPods(
  at: string,
  name: string,
  { size, limits, volume, appendOnlyFile: isWritten }: Redis,
): Finding[] {
  const limit = limits?.memory ?? size?.memory;
  if (limit === undefined) return [];
  const written = volume !== undefined || isWritten;
  const request = size?.memory ?? limit;
  const found: Found = {
    check: "cache-memory",
    part: `${at}.limits`,
    figure: limit,
    limit: request * 2,
    unit: "bytes",
    says: `${name} is guaranteed ${gib(request)} and ended above ${gib(limit)}.${written ? " While it writes its file or a snapshot, a second process shares its memory, and what changes meanwhile is there twice: up to twice the data." : ""}`,
  };
  return [
    !written || limit >= request * 2
      ? holds(found)
      : fails(found, `Raise the limit to twice the request, ${gib(request * 2)}.`, {
          [`${at}.limits`]: { cpu: limits?.cpu ?? size?.cpu ?? 0.5, memory: request * 2 },
        }),
  ];
}

/** A cache throws away what is old when memory is full. A queue, and sessions, must not be thrown away. */
function mixture(at: string, name: string, { purposes }: Redis): Finding {
  const kept = purposes.filter((purpose) => purpose === "queue" || purpose === "sessions");
  const evicted = purposes.filter((purpose) => purpose === "response-cache" || purpose === "rules-cache");
  const isMixed = kept.length > 0 && evicted.length > 0;
  const found: Found = {
    check: "cache-purposes",
    part: `${at}.purposes`,
    says: isMixed
      ? `${name} holds ${list(kept)} beside ${list(evicted)}. When its memory is full, either what is cached pushes ${list(kept)} out, or, with noeviction, writes of all of them fail.`
      : `${name} holds ${list(purposes)}, which may be treated alike when its memory is full.`,
    references: [{ page: "https://redis.io/docs/latest/develop/reference/eviction/", asOf: "2025-05" }],
  };
  return isMixed
    ? fails(found, "Keep them in two stores, the one with noeviction, the other with allkeys-lru.")
    : holds(found);
}
