import type { Dated } from "./facts.ts";

export const APPEND_ONLY_FILE: Dated<"not offered"> = {
  value: "not offered",
  page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/RedisAOF.html",
  asOf: "2023-06",
  says: "AOF isn't supported on Redis versions 2.8.22 and later; for Multi-AZ replication groups, AOF isn't enabled.",
};

/** Automatic backups come once a day. */
export const AUTOMATIC_SNAPSHOT_EVERY: Dated<number> = {
  value: 86_400_000,
  page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html",
  asOf: "2025-05",
};

/** Within any 24 hours, for each node. */
export const MOST_MANUAL_SNAPSHOTS_PER_DAY: Dated<number> = {
  value: 20,
  page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html",
  asOf: "2023-06",
};

/** Versions of Redis OSS that ElastiCache has had, from 5 on. */
export const REDIS_VERSIONS: Dated<readonly string[]> = {
  value: ["5.0", "6.0", "6.2", "7.0", "7.1"],
  page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html",
  asOf: "2026-08-22",
};

/** GET and SET without pipelining by one core of current hardware. */
export const OPERATIONS_PER_CORE: Dated<number> = {
  value: 100_000,
  page: "https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/benchmarks/",
  asOf: "2025-05",
  says: "Redis carries commands out on one thread; its benchmark on common hardware gives 100,000 to 180,000 a second.",
};

/** Node types of the current generations that run Redis, as a pattern. */
export const CACHE_NODE_TYPES: Dated<string> = {
  value:
    "^cache\\.(t3\\.(micro|small|medium)|t4g\\.(micro|small|medium)|[mr](5|6g|7g)\\.[0-9]*x?large|c7gn\\.[0-9]*x?large|r6gd\\.[0-9]*x?large)$",
  page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html",
  asOf: "2026-08",
};
