import { defineArchitecture } from "#model/architecture.ts";
import { notes, planned } from "./notes.ts";
import { objectives } from "./objectives.ts";
import { sources } from "./sources.ts";

export default defineArchitecture({
  name: "transaction-validator",
  description: "A transaction validator on EKS, with Aurora PostgreSQL and ElastiCache, in three zones.",
  document: "004_d5460f135485ac61.txt",
  region: "us-east-1",

  network: {
    cidr: "10.0.0.0/16",
    zones: 3,
    subnets: { public: { allocate: 24 }, private: { allocate: 20 }, database: { allocate: 24 } },
    nat: "per-zone",
    databaseRoute: "isolated",
  },

  entry: {
    dns: { domain: "validator.example.com" },
    certificate: { domain: "validator.example.com" },
    waf: {
      protects: ["load-balancer"],
      managed: ["owasp-top-10", "sql-injection", "cross-site-scripting", "known-bad-inputs"],
      rateLimit: { requests: 2000, window: "5m" },
    },
    ddos: "shield-standard",
    loadBalancer: {
      crossZone: true,
      listeners: [
        { port: 80, protocol: "http", action: "redirect-to-https" },
        { port: 443, protocol: "https", minimumTls: "1.2" },
      ],
      routes: [{ path: "/*", to: "validator" }],
      deregistrationDelay: "30s",
    },
  },

  compute: {
    kind: "eks",
    version: "1.28",
    nodeGroups: {
      main: { instanceTypes: ["r6g.large", "r7g.large"], min: 3, desired: 3, max: 8 },
    },
    clusterAutoscaler: true,
    workloadIdentity: "irsa",
    networkPolicies: "default-deny",
  },

  services: {
    validator: {
      kind: "web",
      command: ["node", "services/validator/src/main.ts"],
      image: { repository: "validator" },
      port: 8000,
      targetHealth: { path: "/healthz" },
      probes: {
        liveness: { path: "/healthz" },
        readiness: { path: "/readyz" },
        startup: { path: "/healthz", interval: "5s", failures: 12 },
      },
      size: { cpu: "500m", memory: "512MiB" },
      limits: { cpu: "1 vCPU", memory: "1GiB" },
      replicas: { min: 3, desired: 3, max: 20 },
      scaling: [
        { kind: "target-tracking", metric: "cpu", target: 70, cooldown: { out: "0s", in: "300s" } },
        { kind: "target-tracking", metric: "memory", target: 80, cooldown: { out: "0s", in: "300s" } },
      ],
      spread: "zones",
      disruption: { minAvailable: 2 },
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
      uses: ["database", "cache"],
      secrets: ["database-credentials"],
      // The load balancer: people's attempts to sign in are counted by their own addresses.
      env: { PROXY_HOPS: "1" },
    },
    migrate: {
      kind: "job",
      command: ["node", "services/validator/src/migrate.ts"],
      image: { repository: "validator" },
      size: { cpu: "250m", memory: "512MiB" },
      before: ["validator"],
      uses: ["database"],
      secrets: ["database-credentials"],
    },
  },

  stores: {
    database: {
      kind: "postgresql",
      engine: "aurora",
      version: "15",
      instance: "db.r6g.large",
      subnets: "database",
      multiZone: true,
      readReplicas: 1,
      encryption: { atRest: "kms", inTransit: "required" },
      classification: "restricted",
      backup: { retention: "7d", every: "1d", pointInTime: true },
      parameters: { "rds.force_ssl": "1" },
      insights: true,
      deletionProtection: true,
    },
    cache: {
      kind: "redis",
      hosting: "managed",
      version: "7.1",
      instance: "cache.r6g.large",
      subnets: "database",
      multiZone: true,
      readReplicas: 1,
      encryption: { atRest: "kms", inTransit: "required" },
      purposes: ["sessions", "rate-limits", "rules-cache"],
    },
  },

  secrets: {
    "database-credentials": { of: "database", holds: ["username", "password", "connection-string"] },
  },

  registry: { scanOnPush: true },

  security: {
    keys: "per-purpose",
    secretsIn: "secrets-manager",
    administrators: { mfa: true, rbac: true },
    application: ["rate-limiting", "input-validation", "audit-log"],
    detection: ["cloudtrail"],
    compliance: ["pci-dss"],
  },

  observability: {
    logs: { backend: "cloudwatch", collector: "fluentd", retention: "30d" },
    metrics: { backend: "prometheus", business: ["transactions"] },
    dashboards: { backend: "grafana", show: ["infrastructure", "application", "database", "business"] },
    alarms: [
      { signal: "cpu", above: 80, unit: "percent" },
      { signal: "memory", above: 90, unit: "percent" },
      { signal: "unhealthy-targets", above: 0, unit: "count" },
      { signal: "http-5xx", above: 5, unit: "count" },
    ],
    alertmanager: true,
    notify: ["email"],
  },

  delivery: {
    stages: ["test", "scan", "build", "approval", "production", "verify"],
    scanner: "trivy",
  },

  recovery: {
    rto: "30m",
    rpo: "5m",
    region: { name: "us-west-2", strategy: "backup-and-restore", switchOver: "manual-dns" },
  },

  billing: {
    tags: { project: "transaction-validator", owner: "platform" },
    savings: ["single-nat", "auto-scaling"],
    usage: {
      requests: "1000/min",
      transferOut: "200GB",
      natTraffic: "100GB",
      imageStorage: "5GB",
      logs: "50GB",
    },
  },

  environments: {
    development: {
      network: { nat: "single" },
      entry: {
        dns: { domain: "validator.dev.example.com" },
        certificate: { domain: "validator.dev.example.com" },
      },
      // Graviton as in production, so that one image runs in both.
      compute: {
        nodeGroups: {
          main: { instanceTypes: ["t4g.medium"], min: 1, desired: 2, max: 3 },
        },
      },
      services: {
        validator: { replicas: { min: 1, desired: 1, max: 3 }, disruption: { minAvailable: 0 } },
      },
      stores: {
        database: {
          instance: "db.t4g.medium",
          multiZone: false,
          readReplicas: 0,
          backup: { retention: "1d", finalSnapshot: false },
          insights: false,
          deletionProtection: false,
        },
        cache: { instance: "cache.t4g.micro", multiZone: false, readReplicas: 0 },
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
