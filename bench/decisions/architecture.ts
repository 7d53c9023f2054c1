import { defineArchitecture } from "#model/architecture.ts";

/** What `npm run bench -- decisions` loads: the validator with everything that it asks, in two zones. */
export default defineArchitecture({
  name: "decisions",
  description:
    "Two replicas of the validator behind a load balancer, with PostgreSQL in two zones, and Redis.",
  region: "us-east-1",

  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: {
      public: ["10.0.1.0/24", "10.0.2.0/24"],
      private: ["10.0.11.0/24", "10.0.12.0/24"],
    },
    nat: "per-zone",
  },

  entry: {
    loadBalancer: {
      crossZone: true,
      listeners: [{ port: 80, protocol: "http", action: "forward" }],
      routes: [{ path: "/*", to: "validator" }],
    },
  },

  compute: { kind: "ecs-fargate", capacity: [{ provider: "FARGATE", weight: 1 }] },

  services: {
    validator: {
      kind: "web",
      command: ["node", "services/validator/src/main.ts"],
      image: { repository: "validator" },
      port: 8000,
      targetHealth: { path: "/healthz", interval: "30s", timeout: "5s", healthy: 2, unhealthy: 3 },
      size: { cpu: "1 vCPU", memory: "2GiB" },
      replicas: { min: 2, desired: 2, max: 2 },
      spread: "zones",
      uses: ["database", "cache"],
      env: { LOG_LEVEL: "warn", AUTHENTICATION: "open" },
    },
    migrate: {
      kind: "job",
      command: ["node", "services/validator/src/migrate.ts"],
      image: { repository: "validator" },
      size: { cpu: "0.25 vCPU", memory: "512MiB" },
      before: ["validator"],
      uses: ["database"],
    },
  },

  stores: {
    database: {
      kind: "postgresql",
      engine: "rds",
      version: "15",
      instance: "db.m6g.large",
      subnets: "private",
      multiZone: true,
      backup: { retention: "1d" },
    },
    cache: {
      kind: "redis",
      hosting: "managed",
      version: "7.1",
      instance: "cache.m6g.large",
      subnets: "private",
      multiZone: false,
      purposes: ["rate-limits"],
    },
  },

  observability: { logs: { backend: "cloudwatch", retention: "7d" } },

  environments: { development: {}, production: {} },
});
