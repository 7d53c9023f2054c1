/** The data tier and the buckets. */
export const stores = {
  database: {
    kind: "mysql",
    version: "8.4",
    instance: "db.m6g.large",
    storage: { type: "gp3", size: "100GiB", max: "500GiB" },
    subnets: "database",
    multiZone: true,
    readReplicas: 1,
    encryption: { atRest: "kms", inTransit: "required" },
    backup: {
      retention: "30d",
      every: "1d",
      pointInTime: true,
      logEvery: "5m",
      copyTo: { region: "us-west-2", retention: "30d" },
    },
    parameters: { require_secure_transport: "1" },
    logExports: ["error", "slowquery"],
    insights: true,
    deletionProtection: true,
  },

  // The primary and a replica in each of the other zones.
  documents: {
    kind: "documentdb",
    version: "5.0",
    instance: "db.t3.medium",
    subnets: "database",
    multiZone: true,
    readReplicas: 1,
    encryption: { atRest: "kms", inTransit: "required" },
    backup: { retention: "30d", pointInTime: true },
    changeStreams: true,
    transactions: true,
    deletionProtection: true,
  },

  cache: {
    kind: "redis",
    hosting: "managed",
    version: "7.1",
    instance: "cache.t3.medium",
    subnets: "database",
    multiZone: true,
    readReplicas: 1,
    encryption: { atRest: "kms", inTransit: "required" },
    purposes: ["sessions", "response-cache", "rate-limits", "queue", "pub-sub"],
    snapshots: { every: "6h" },
    appendOnlyFile: true,
  },

  site: {
    kind: "bucket",
    purpose: "site",
    classification: "public",
    versioned: true,
    encryption: { atRest: "kms" },
    lifecycle: [{ after: "90d", to: "standard-ia" }],
    accessLogs: true,
    copyTo: { region: "us-west-2" },
  },
  // What the CDN asks when the site's own bucket does not answer.
  "site-copy": {
    kind: "bucket",
    purpose: "site",
    region: "us-west-2",
    classification: "public",
    versioned: true,
    encryption: { atRest: "kms" },
  },
  metrics: {
    kind: "bucket",
    purpose: "metrics",
    classification: "internal",
    lifecycle: [{ after: "30d", to: "standard-ia" }],
    expireAfter: "400d",
  },
  logs: {
    kind: "bucket",
    purpose: "logs",
    // The load balancer writes its access logs to no bucket with a KMS key.
    encryption: { atRest: "aes-256" },
    lifecycle: [
      { after: "30d", to: "standard-ia" },
      { after: "90d", to: "glacier" },
    ],
    expireAfter: "365d",
  },
} as const;
