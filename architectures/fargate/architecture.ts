import { defineArchitecture } from "#model/architecture.ts";
import { notes } from "./notes.ts";
import { objectives } from "./objectives.ts";
import { sources } from "./sources.ts";

const trackLoad = [
  { kind: "target-tracking", metric: "cpu", target: 70, cooldown: { out: "60s", in: "300s" } },
  { kind: "target-tracking", metric: "memory", target: 80, cooldown: { out: "60s", in: "300s" } },
] as const;

export default defineArchitecture({
  name: "fargate",
  description: "An API on ECS Fargate behind a load balancer, with PostgreSQL on RDS, in two zones.",
  document: "003_2349f6adb7591eff.txt",
  region: "us-east-1",

  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: {
      public: ["10.0.1.0/24", "10.0.2.0/24"],
      private: ["10.0.11.0/24", "10.0.12.0/24"],
    },
    nat: "per-zone",
    dns: { support: true, hostnames: true },
    networkAcls: "per-tier",
    // Image layers come from S3, and its gateway endpoint is free; what the others would save is priced.
    endpoints: ["s3"],
  },

  entry: {
    dns: { domain: "api.example.com" },
    certificate: { domain: "api.example.com" },
    loadBalancer: {
      scheme: "internet-facing",
      crossZone: true,
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
    kind: "ecs-fargate",
    platform: { os: "linux", architecture: "x86_64" },
    // The first two tasks cannot be taken away at two minutes' notice; what is added under load may be.
    capacity: [
      { provider: "FARGATE", base: 2, weight: 1 },
      { provider: "FARGATE_SPOT", weight: 1 },
    ],
    containerInsights: true,
  },

  services: {
    api: {
      kind: "web",
      command: ["node", "services/validator/src/main.ts"],
      image: { repository: "validator" },
      port: 8000,
      targetHealth: { path: "/healthz", interval: "30s", timeout: "5s", healthy: 2, unhealthy: 3 },
      size: { cpu: "0.5 vCPU", memory: "1GiB" },
      replicas: { min: 2, desired: 2, max: 6 },
      scaling: trackLoad,
      spread: "zones",
      rollout: { minHealthy: 100, max: 200, circuitBreaker: "rollback" },
      uses: ["database"],
      secrets: ["database-credentials", "people-secret"],
      // The load balancer: people's attempts to sign in are counted by their own addresses.
      env: { PROXY_HOPS: "1" },
      egress: "open",
      example: {
        method: "POST",
        path: "/v1/transactions",
        body: {
          messageId: "MSG-${NUMBER}",
          endToEndId: "INVOICE-4711",
          creationDateTime: "${NOW}",
          instructedAmount: { value: "12500", currency: "EUR" },
          debtor: { name: "Erika Mustermann", account: { iban: "DE89370400440532013000" }, country: "DE" },
          creditor: { name: "Jean Exemple", account: { iban: "FR1420041010050500013M02606" }, country: "FR" },
        },
        written: { store: "database", table: "decisions", column: "transaction" },
      },
    },
    migrate: {
      kind: "job",
      command: ["node", "services/validator/src/migrate.ts"],
      image: { repository: "validator" },
      size: { cpu: "0.25 vCPU", memory: "512MiB" },
      before: ["api"],
      uses: ["database"],
      secrets: ["database-credentials"],
      egress: "open",
    },
  },

  stores: {
    database: {
      kind: "postgresql",
      engine: "rds",
      version: "15.4",
      instance: "db.t3.small",
      storage: { type: "gp3", size: "20GiB", max: "100GiB" },
      subnets: "private",
      publicAccess: false,
      multiZone: true,
      encryption: { atRest: "aes-256", inTransit: "required" },
      backup: { retention: "7d", every: "1d", finalSnapshot: true },
      parameters: { "rds.force_ssl": "1" },
      logExports: ["postgresql", "upgrade"],
      insights: true,
      deletionProtection: true,
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
  },

  secrets: {
    "database-credentials": {
      of: "database",
      holds: ["username", "password", "connection-string", "host", "port", "name"],
    },
    "people-secret": {
      description:
        "Seals, in the database, the keys that sign people's tokens and their authenticators' secrets.",
      holds: ["key"],
    },
  },

  registry: { scanOnPush: true, encryption: "aes-256", keepTagged: 10, tags: "mutable" },

  security: {
    keys: "aws-managed",
    application: ["jwt", "input-validation"],
    detection: ["cloudtrail"],
  },

  observability: {
    logs: {
      backend: "cloudwatch",
      collector: "awslogs",
      group: "/ecs/fastapi-app-production",
      retention: "30d",
    },
    metrics: { backend: "cloudwatch" },
    dashboards: { backend: "cloudwatch", show: ["infrastructure", "application", "database"] },
    alarms: [
      { signal: "cpu", above: 80, unit: "percent" },
      { signal: "memory", above: 90, unit: "percent" },
      { signal: "unhealthy-targets", above: 0, unit: "count" },
      { signal: "database-connection-errors", above: 0, unit: "count" },
      { signal: "http-5xx", above: 5, unit: "count" },
    ],
    notify: ["email"],
  },

  delivery: {
    stages: ["test", "scan", "build", "approval", "production", "verify"],
    scanner: "ecr",
    rollBack: "automatic",
    infrastructure: ["cloudformation", "terraform"],
  },

  recovery: { rto: "15m", rpo: "5m" },

  billing: {
    tags: { project: "fargate", owner: "platform" },
    savings: [
      "spot",
      "reserved-instances",
      "vpc-endpoints-for-nat",
      "storage-lifecycle",
      "auto-scaling",
      "scheduled-scaling",
    ],
    usage: { transferOut: "10GB", imageStorage: "5GB", logs: "5GB" },
  },

  environments: {
    development: {
      network: { nat: "single" },
      entry: {
        dns: { domain: "api.dev.example.com" },
        certificate: { domain: "api.dev.example.com" },
      },
      compute: { capacity: [{ provider: "FARGATE_SPOT", weight: 1 }] },
      services: {
        api: {
          scaling: [
            ...trackLoad,
            { kind: "scheduled", name: "evening", cron: "0 20 ? * MON-FRI *", min: 1, max: 1 },
            { kind: "scheduled", name: "morning", cron: "0 7 ? * MON-FRI *", min: 2, max: 6 },
          ],
        },
      },
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
      observability: { logs: { group: "/ecs/fastapi-app-development", retention: "7d" } },
    },
    production: {
      stores: {
        database: {
          backup: { copyTo: { region: "us-west-2", retention: "7d" } },
          rotation: "30d",
        },
      },
    },
  },

  objectives,
  sources,
  notes,
});
