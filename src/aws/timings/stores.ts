/** Databases and caches: failover, recovery in place, and what of them reaches another region. */
import { type Timing, around, between } from "./timing.ts";

export const STORE_TIMINGS = {
  "rds-multi-az-failover": {
    value: between(60, 120),
    basis: "documented",
    says: '"Failover times are typically 60–120 seconds. However, large transactions or a lengthy recovery process can increase failover time."',
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html",
    asOf: "2026-11-21",
  },
  "rds-single-az-recovery": {
    value: between(600, 1800),
    basis: "estimate",
    says: "A DB instance without a standby whose host is gone: RDS attaches its volume to another host in the same zone, and the database recovers. The time is not promised.",
    page: "https://aws.amazon.com/blogs/database/amazon-rds-under-the-hood-single-az-instance-recovery/",
    asOf: "2025-06",
  },
  "aurora-failover": {
    value: around(25, 60),
    basis: "documented",
    says: 'With an Aurora Replica: "service is typically restored in less than 60 seconds, and often less than 30 seconds".',
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    asOf: "2026-10-01",
  },
  "aurora-new-primary": {
    value: around(300, 600),
    basis: "documented",
    says: 'Without an Aurora Replica the primary is made anew in the same zone, "which typically takes less than 10 minutes".',
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    asOf: "2026-10-01",
  },
  "documentdb-failover": {
    value: around(45, 120),
    basis: "documented",
    says: 'With a replica: "service is typically restored in less than 120 seconds, and often less than 60 seconds".',
    page: "https://docs.aws.amazon.com/documentdb/latest/developerguide/failover.html",
    asOf: "2026-11-21",
  },
  "documentdb-new-primary": {
    value: around(300, 600),
    basis: "estimate",
    says: "Without a replica the primary is made anew in the same zone, which takes a few minutes.",
    page: "https://docs.aws.amazon.com/documentdb/latest/developerguide/failover.html",
    asOf: "2026-11-21",
  },
  "elasticache-failover": {
    value: around(20, 60),
    basis: "estimate",
    says: "With Multi-AZ the replica with the least lag is promoted. The promotion takes some seconds; until the failure is detected, some more.",
    page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    asOf: "2025-06",
  },
  "elasticache-node-replacement": {
    value: around(300, 900),
    basis: "estimate",
    says: "Without a replica that takes over, a failed node is replaced by a new and empty one.",
    page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/FaultTolerance.html",
    asOf: "2025-06",
  },
  "database-dns-ttl": {
    value: between(0, 5),
    basis: "estimate",
    says: "Clients that keep to the time to live of a database's endpoint, which is 5 s, see its new address within it.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.BestPractices.FastFailover.html",
    asOf: "2025-06",
  },
  "rds-log-upload": {
    value: between(0, 300),
    basis: "documented",
    says: '"RDS uploads transaction logs for DB instances to Amazon S3 every five minutes." What came since the last time is lost with the instance.',
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
    asOf: "2026-10-01",
  },
  "snapshot-copy": {
    value: around(1200, 5400),
    basis: "estimate",
    says: "From the begin of a snapshot until its copy in another region can be restored.",
    page: "https://docs.aws.amazon.com/aws-backup/latest/devguide/cross-region-backup.html",
    asOf: "2025-06",
  },
  "cross-region-replica-lag": {
    value: around(1, 30),
    basis: "estimate",
    says: "How far a replica in another region is behind its primary.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html",
    asOf: "2025-06",
  },
} as const satisfies Readonly<Record<string, Timing>>;
