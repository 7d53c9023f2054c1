import type { Dated } from "../facts.ts";
import type { Engine, Lifecycle } from "./lifecycle.ts";

const until = (standardUntil: string | null, extendedUntil: string | null): Lifecycle => ({
  standardUntil,
  extendedUntil,
});

const RDS_EXTENDED_SUPPORT: Engine["extendedPrice"] = {
  value: { perHour: 0.1, of: "vCPU", lastYear: 0.2 },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support.html",
  asOf: "2025-05",
  says: "In us-east-1, for each vCPU of each instance: $0.100 an hour in the first two years, $0.200 in the third.",
};

export const RDS_POSTGRESQL: Engine = {
  name: "RDS for PostgreSQL",
  versions: {
    value: {
      "10": until("2023-04-30", null),
      "11": until("2024-02-29", "2027-03-31"),
      "12": until("2025-02-28", "2028-02-29"),
      "13": until("2026-02-28", "2029-02-28"),
      "14": until("2027-02-28", "2030-02-28"),
      "15": until("2028-02-29", "2031-02-28"),
      "16": until("2029-02-28", "2032-02-29"),
      "17": until("2030-02-28", "2033-02-28"),
      "18": until("2031-02-28", "2034-02-28"),
    },
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
    asOf: "2026-08-22",
  },
  extendedPrice: RDS_EXTENDED_SUPPORT,
};

export const AURORA_POSTGRESQL: Engine = {
  name: "Aurora PostgreSQL",
  versions: {
    value: {
      "11": until("2024-02-29", "2027-03-31"),
      "12": until("2025-02-28", "2028-02-29"),
      "13": until("2026-02-28", "2029-02-28"),
      "14": until("2027-02-28", "2030-02-28"),
      "15": until("2028-02-29", "2031-02-28"),
      "16": until("2029-02-28", "2032-02-28"),
      "17": until("2030-02-28", "2033-02-28"),
      "18": until("2031-02-28", "2034-02-28"),
    },
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/aurorapostgresql-release-calendar.html",
    asOf: "2026-08-22",
  },
  extendedPrice: RDS_EXTENDED_SUPPORT,
};

export const RDS_MYSQL: Engine = {
  name: "RDS for MySQL",
  versions: {
    value: {
      "5.6": until("2022-03-01", null),
      "5.7": until("2024-02-29", "2029-06-30"),
      "8.0": until("2026-07-31", "2029-07-31"),
      "8.4": until("2029-07-31", "2032-07-31"),
    },
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html",
    asOf: "2026-08-22",
  },
  extendedPrice: RDS_EXTENDED_SUPPORT,
};

export const DOCUMENTDB: Engine = {
  name: "Amazon DocumentDB",
  versions: {
    value: {
      "3.6": until("2026-03-30", "2029-03-30"),
      "4.0": until(null, null),
      "5.0": until(null, null),
      "8.0": until(null, null),
    },
    page: "https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-version-support-dates.html",
    asOf: "2026-08-22",
  },
  extendedPrice: null,
};

export const ELASTICACHE_REDIS: Engine = {
  name: "ElastiCache for Redis OSS",
  versions: {
    value: {
      "4": until("2026-01-31", "2029-01-31"),
      "5": until("2026-01-31", "2029-01-31"),
      "6": until("2027-01-31", "2030-01-31"),
      "7": until(null, null),
    },
    page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html",
    asOf: "2026-08-22",
    says: "7.1 is the last version of Redis OSS on ElastiCache; what follows is Valkey.",
  },
  extendedPrice: null,
};

/**
 * The oldest minor version of each major one that RDS for PostgreSQL still makes. Older ones were withdrawn: none can be
 * made from 1 May 2026 on, and from 31 May 2026 on those that there are get upgraded.
 */
export const RDS_POSTGRESQL_OLDEST_MINOR: Dated<Readonly<Record<string, number>>> = {
  value: { "14": 18, "15": 13, "16": 9, "17": 5 },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
  asOf: "2026-05-30",
  says: "AWS's notice: 14.14 to 14.17, 15.9 to 15.12, 16.5 to 16.8 and 17.1 to 17.4 cannot be made from 1 May 2026 on.",
};

/** The newest minor version of each major one. */
export const RDS_POSTGRESQL_NEWEST_MINOR: Dated<Readonly<Record<string, number>>> = {
  value: { "13": 23, "14": 23, "15": 18, "16": 14, "17": 10, "18": 4 },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html",
  asOf: "2026-08-22",
};

/** The same for RDS for MySQL; 8.4.7 ends on 30 November 2026. */
export const RDS_MYSQL_OLDEST_MINOR: Dated<Readonly<Record<string, number>>> = {
  value: { "8.0": 42, "8.4": 7 },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html",
  asOf: "2026-08-22",
};

export const RDS_MYSQL_NEWEST_MINOR: Dated<Readonly<Record<string, number>>> = {
  value: { "5.7": 44, "8.0": 46, "8.4": 10 },
  page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Concepts.VersionMgmt.html",
  asOf: "2026-08-22",
};
