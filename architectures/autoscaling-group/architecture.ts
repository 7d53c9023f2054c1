import { defineArchitecture } from "#model/architecture.ts";
import { notes, planned } from "./notes.ts";
import { objectives } from "./objectives.ts";
import { sources } from "./sources.ts";

export default defineArchitecture({
  name: "autoscaling-group",
  description: "An API on an EC2 Auto Scaling group, with PostgreSQL on RDS, in two zones.",
  document: "002_637a5a107183c5c2.txt",
  region: "us-east-1",

  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: {
      public: ["10.0.1.0/24", "10.0.2.0/24"],
      private: ["10.0.11.0/24", "10.0.12.0/24"],
      database: ["10.0.21.0/24", "10.0.22.0/24"],
    },
    nat: "per-zone",
    databaseRoute: "isolated",
    networkAcls: "per-tier",
  },

  entry: {
    certificate: { domain: "app.example.com" },
    loadBalancer: {
      listeners: [
        { port: 80, protocol: "http", action: "forward" },
        { port: 443, protocol: "https", action: "forward" },
      ],
      routes: [{ path: "/*", to: "api" }],
      deregistrationDelay: "30s",
      accessLogs: { bucket: "logs" },
    },
  },

  compute: {
    kind: "ec2-auto-scaling",
    instanceType: "t3.small",
    image: "amazon-linux-2023",
    volume: { size: "20GiB", encrypted: true },
    cloudWatchAgent: true,
    detailedMonitoring: true,
    unit: { restart: "always", restartDelay: "5s" },
    // A new instance serves before an old one goes.
    instanceRefresh: { minHealthy: 100 },
  },

  services: {
    api: {
      kind: "web",
      command: ["node", "services/validator/src/main.ts"],
      image: { repository: "validator" },
      port: 8000,
      targetHealth: { path: "/health", interval: "30s" },
      workers: 4,
      // One replica is one instance; what is left of its memory is the system's and the agent's.
      size: { cpu: "2 vCPU", memory: "1.5GiB" },
      replicas: { min: 2, desired: 4, max: 6 },
      scaling: [
        {
          kind: "step",
          metric: "cpu",
          when: "above",
          threshold: 80,
          periods: 2,
          period: "60s",
          change: 1,
          cooldown: "5m",
        },
        {
          kind: "step",
          metric: "cpu",
          when: "below",
          threshold: 20,
          periods: 2,
          period: "60s",
          change: -1,
          cooldown: "5m",
        },
      ],
      spread: "zones",
      rollout: { minHealthy: 100 },
      // An instance boots, installs and pulls before its first probe can succeed.
      startTimeout: "5m",
      uses: ["database"],
      secrets: ["database-credentials"],
      // The load balancer: people's attempts to sign in are counted by their own addresses.
      env: { PROXY_HOPS: "1" },
      runAsNonRoot: true,
    },
    migrate: {
      kind: "job",
      command: ["node", "services/validator/src/migrate.ts"],
      image: { repository: "validator" },
      size: { cpu: "0.5 vCPU", memory: "512MiB" },
      before: ["api"],
      uses: ["database"],
      secrets: ["database-credentials"],
    },
  },

  stores: {
    database: {
      kind: "postgresql",
      engine: "rds",
      version: "15.4",
      instance: "db.t3.small",
      storage: { type: "gp3", size: "20GiB" },
      subnets: "database",
      publicAccess: false,
      multiZone: true,
      encryption: { atRest: "kms", inTransit: "required" },
      backup: { retention: "7d", pointInTime: true },
      parameters: { "rds.force_ssl": "1" },
      insights: true,
      deletionProtection: true,
      connectionsPerReplica: 20,
    },
    logs: {
      kind: "bucket",
      purpose: "logs",
      // The load balancer writes its access logs to no bucket with a KMS key.
      encryption: { atRest: "aes-256" },
      lifecycle: [{ after: "30d", to: "standard-ia" }],
      expireAfter: "365d",
    },
  },

  secrets: {
    "database-credentials": { of: "database", holds: ["username", "password"] },
  },

  registry: { scanOnPush: true },

  security: {
    secretsIn: "secrets-manager",
    application: ["input-validation", "security-headers", "audit-log"],
    detection: ["cloudtrail"],
  },

  observability: {
    logs: { backend: "cloudwatch", collector: "cloudwatch-agent", retention: "30d" },
    metrics: { backend: "cloudwatch", business: ["transactions"] },
    dashboards: { backend: "cloudwatch", show: ["infrastructure", "application", "database"] },
    alarms: [
      { signal: "cpu", above: 80, unit: "percent", periods: 2 },
      { signal: "memory", above: 90, unit: "percent" },
      { signal: "unhealthy-targets", above: 0, unit: "count" },
      { signal: "http-5xx", above: 5, unit: "count" },
      { signal: "database-connections", above: 100, unit: "count" },
    ],
    notify: ["email"],
  },

  delivery: {
    pipeline: "github-actions",
    stages: ["test", "scan", "build", "staging", "approval", "production", "verify"],
    infrastructure: ["terraform"],
  },

  recovery: { rto: "30m", rpo: "5m" },

  billing: {
    tags: { project: "autoscaling-group", owner: "platform" },
    savings: ["auto-scaling"],
  },

  environments: {
    development: {
      network: { nat: "single" },
      entry: { certificate: { domain: "app.dev.example.com" } },
      services: { api: { replicas: { min: 1, desired: 2, max: 3 } } },
      stores: {
        database: {
          instance: "db.t3.micro",
          multiZone: false,
          backup: { retention: "1d", finalSnapshot: false },
          insights: false,
          deletionProtection: false,
        },
        logs: { expireAfter: "90d" },
      },
      observability: { logs: { retention: "7d" } },
    },
    staging: {
      network: { nat: "single" },
      entry: { certificate: { domain: "app.staging.example.com" } },
      services: { api: { replicas: { min: 2, desired: 2, max: 4 } } },
      stores: {
        database: {
          instance: "db.t3.micro",
          backup: { finalSnapshot: false },
          deletionProtection: false,
        },
        logs: { expireAfter: "90d" },
      },
      observability: { logs: { retention: "7d" } },
    },
    production: {
      stores: { database: { backup: { copyTo: { region: "us-west-2", retention: "7d" } } } },
    },
  },

  objectives,
  sources,
  notes,
  planned,
});
