import type { Dated } from "./facts.ts";

/** Bytes of memory for one connection in RDS's default for max_connections, and the most that it gives. */
export const CONNECTION_MEMORY: Dated<
  Readonly<Record<"postgresql" | "mysql", { bytes: number; most: number }>>
> = {
  value: { postgresql: { bytes: 9_531_392, most: 5000 }, mysql: { bytes: 12_582_880, most: 100_000 } },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections",
  asOf: "2025-05",
  says: "PostgreSQL: LEAST({DBInstanceClassMemory/9531392}, 5000). MySQL: {DBInstanceClassMemory/12582880}.",
};

/** DBInstanceClassMemory is less than the class's memory: what RDS needs for itself is taken away first. */
export const CLASS_MEMORY_SHARE: Dated<number> = {
  value: 0.88,
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections",
  asOf: "2025-05",
  says: "On 2 GiB, 198 connections are seen where all of the memory would give 225.",
};

/** Connections of a DocumentDB instance for each GiB of its memory. */
export const DOCUMENTDB_CONNECTIONS_PER_GIB: Dated<number> = {
  value: 250,
  page: "https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-serverless-instance-limits.html",
  asOf: "2026-08",
};

/** The longest that automated backups are kept. */
export const LONGEST_BACKUP_RETENTION_DAYS: Dated<number> = {
  value: 35,
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
  asOf: "2025-05",
};

/** What one primary may have beside it. */
export const MOST_READ_REPLICAS: Dated<
  Readonly<Record<"rds" | "aurora" | "documentdb" | "elasticache", number>>
> = {
  value: { rds: 15, aurora: 15, documentdb: 15, elasticache: 5 },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html",
  asOf: "2025-05",
};

/** Classes on which RDS for MySQL has no Performance Insights and no Database Insights. */
export const MYSQL_WITHOUT_INSIGHTS: Dated<readonly string[]> = {
  value: ["db.t2.micro", "db.t2.small", "db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"],
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.Engines.html",
  asOf: "2026-08",
};

export const PERFORMANCE_INSIGHTS_END: Dated<string> = {
  value: "2026-07-31",
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_PerfInsights.Overview.Engines.html",
  asOf: "2026-08",
  says: "After this day its console is gone; CloudWatch Database Insights takes its place, in standard mode with the retention that was set.",
};

/** Sizes of the burstable families that Aurora and DocumentDB have. */
export const CLUSTER_BURSTABLE: Dated<Readonly<Record<"aurora" | "documentdb", readonly string[]>>> = {
  value: {
    aurora: ["db.t3.medium", "db.t3.large", "db.t4g.medium", "db.t4g.large"],
    documentdb: ["db.t3.medium", "db.t4g.medium"],
  },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.DBInstanceClass.SupportAurora.html",
  asOf: "2025-05",
};

/** From which size on a gp3 volume of RDS is striped, and what it gives below and from there on. */
export const RDS_GP3: Dated<{
  readonly stripedFromGib: number;
  readonly small: { readonly iops: number; readonly bytesPerSecond: number };
  readonly striped: { readonly iops: number; readonly bytesPerSecond: number };
}> = {
  value: {
    stripedFromGib: 400,
    small: { iops: 3000, bytesPerSecond: 125 * 2 ** 20 },
    striped: { iops: 12_000, bytesPerSecond: 500 * 2 ** 20 },
  },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage",
  asOf: "2025-05",
  says: "Below 400 GiB PostgreSQL and MySQL have 3,000 operations a second and 125 MiB/s, and no more can be bought.",
};

/** How often the secret of a password that RDS manages changes, where nothing else is said; in milliseconds. */
export const MANAGED_PASSWORD_ROTATION: Dated<number> = {
  value: 7 * 86_400_000,
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
  asOf: "2025-05",
  says: "RDS rotates the secret every seven days by default; the old password is void from then on.",
};

/** How soon Secrets Manager changes a secret again, in milliseconds. */
export const SHORTEST_ROTATION: Dated<number> = {
  value: 4 * 3_600_000,
  page: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html",
  asOf: "2025-05",
};

/** The first version of DocumentDB with transactions. */
export const DOCUMENTDB_TRANSACTIONS_FROM: Dated<number> = {
  value: 4,
  page: "https://docs.aws.amazon.com/documentdb/latest/developerguide/transactions.html",
  asOf: "2025-05",
};
