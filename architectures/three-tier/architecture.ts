import { defineArchitecture } from "#model/architecture.ts";
import { notes, planned } from "./notes.ts";
import { objectives } from "./objectives.ts";
import { sources } from "./sources.ts";
import { stores } from "./stores.ts";

export default defineArchitecture({
  name: "three-tier",
  description: "A React site behind a CDN, an API on EKS, and MySQL, DocumentDB and Redis, in three zones.",
  document: "000_3fc1ea7625c433c3.txt",
  region: "us-east-1",

  network: {
    cidr: "10.0.0.0/16",
    zones: 3,
    subnets: {
      public: ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"],
      private: ["10.0.10.0/24", "10.0.11.0/24", "10.0.12.0/24"],
      database: ["10.0.20.0/24", "10.0.21.0/24", "10.0.22.0/24"],
    },
    nat: "per-zone",
    databaseRoute: "isolated",
    networkAcls: "per-tier",
  },

  entry: {
    dns: { domain: "yourdomain.com" },
    certificate: { domain: "yourdomain.com", alternativeNames: ["*.yourdomain.com"] },
    cdn: {
      site: "site",
      apiPaths: ["/v1/*", "/openapi.json"],
      minimumTls: "1.2",
      compression: true,
      cache: { default: "1d", maximum: "365d" },
      originFailover: "site-copy",
      logs: { bucket: "logs" },
    },
    waf: {
      protects: ["cdn", "load-balancer"],
      managed: ["owasp-top-10", "sql-injection", "cross-site-scripting"],
      rateLimit: { requests: 2000, window: "5m" },
      geo: { block: ["KP"] },
    },
    ddos: "shield-standard",
    loadBalancer: {
      listeners: [{ port: 443, protocol: "https", minimumTls: "1.2" }],
      routes: [
        { path: "/v1/*", to: "api" },
        { path: "/openapi.json", to: "api" },
      ],
      deregistrationDelay: "30s",
      stickiness: { kind: "duration", duration: "1h" },
      accessLogs: { bucket: "logs" },
    },
  },

  compute: {
    kind: "eks",
    version: "1.35",
    nodeGroups: {
      steady: { instanceTypes: ["t3.medium"], min: 3, desired: 3, max: 6 },
      // For what may be interrupted: jobs and the monitoring's own pods.
      spot: { instanceTypes: ["t3.medium", "t3a.medium"], capacity: "spot", min: 0, desired: 1, max: 6 },
    },
    clusterAutoscaler: true,
    mesh: { kind: "istio", mutualTls: "strict", retries: 2 },
  },

  services: {
    api: {
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
      size: { cpu: "250m", memory: "512MiB" },
      replicas: { min: 3, desired: 3, max: 10 },
      scaling: [
        { kind: "target-tracking", metric: "cpu", target: 70, cooldown: { out: "0s", in: "300s" } },
        { kind: "target-tracking", metric: "memory", target: 80, cooldown: { out: "0s", in: "300s" } },
      ],
      spread: "zones",
      capacity: "on-demand",
      disruption: { minAvailable: 2 },
      uses: ["database", "documents", "cache"],
      secrets: ["database-credentials", "documents-credentials", "people-secret"],
      // The CDN and the load balancer: people's attempts to sign in are counted by their own addresses.
      env: {
        PROXY_HOPS: "2",
        CASES_STORE: "documents",
        // AWS's certificates, as the image holds them; nobody reads them where the address asks for no TLS.
        DOCUMENTS_CA_FILE: "/etc/ssl/certs/global-bundle.pem",
        // The document wants revenue as a metric and names no prices: 2.5 cents for each transaction, and 0.1 % of what is paid.
        BUSINESS_FEES: JSON.stringify([
          { currency: "EUR", from: "2026-01-01", perTransaction: "2.5", basisPoints: "10" },
          { currency: "USD", from: "2026-01-01", perTransaction: "2.5", basisPoints: "10" },
        ]),
      },
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
      size: { cpu: "250m", memory: "512MiB" },
      before: ["api"],
      uses: ["database"],
      secrets: ["database-credentials"],
    },
  },

  stores,

  secrets: {
    "database-credentials": { of: "database", holds: ["username", "password", "connection-string"] },
    "documents-credentials": { of: "documents", holds: ["username", "password", "connection-string"] },
    "people-secret": {
      description:
        "Seals, in the database, the keys that sign people's tokens and their authenticators' secrets.",
      holds: ["key"],
    },
  },

  // Scanning in the registry is what the document announces for later.
  registry: { scanOnPush: false },

  security: {
    keys: "per-purpose",
    secretsIn: "secrets-manager",
    administrators: { rbac: true },
    application: ["jwt", "rbac", "rate-limiting", "input-validation"],
    detection: ["guardduty", "security-hub", "cloudtrail"],
    compliance: ["soc-2", "hipaa", "pci-dss", "gdpr"],
  },

  observability: {
    logs: { backend: "cloudwatch", collector: "fluentd", retention: "30d" },
    metrics: {
      backend: "prometheus",
      archive: "metrics",
      exporters: ["node-exporter", "cadvisor", "redis-exporter"],
      business: ["sign-ups", "transactions", "revenue"],
    },
    tracing: { backend: "jaeger" },
    dashboards: { backend: "grafana", show: ["infrastructure", "application", "database", "business"] },
    alarms: [
      { signal: "cpu", above: 80, unit: "percent" },
      { signal: "memory", above: 90, unit: "percent" },
      { signal: "disk", above: 85, unit: "percent", severity: "ticket" },
      { signal: "unhealthy-targets", above: 0, unit: "count" },
      { signal: "http-5xx", above: 5, unit: "count" },
      { signal: "database-connections", above: 80, unit: "percent" },
      { signal: "replication-lag", above: 30, unit: "seconds" },
    ],
    alertmanager: true,
    notify: ["email", "slack", "pagerduty"],
  },

  delivery: { stages: ["test", "build", "approval", "production", "verify"] },

  recovery: {
    rto: "15m",
    rpo: "5m",
    region: { name: "us-west-2", strategy: "pilot-light", switchOver: "manual-dns" },
  },

  billing: {
    tags: { project: "three-tier", owner: "platform" },
    savings: [
      "auto-scaling",
      "spot",
      "reserved-instances",
      "storage-lifecycle",
      "cdn-caching",
      "right-sizing",
    ],
    commitment: "1-year",
    usage: {
      requests: "3000/min",
      transferOut: "700GB",
      natTraffic: "200GB",
      imageStorage: "10GB",
      logs: "50GB",
      cdnTransfer: "1TB",
      bucketStorage: "1TB",
    },
  },

  environments: {
    development: {
      network: { nat: "single" },
      entry: {
        dns: { domain: "dev.yourdomain.com" },
        certificate: { domain: "dev.yourdomain.com", alternativeNames: ["*.dev.yourdomain.com"] },
      },
      compute: {
        nodeGroups: {
          steady: { min: 1, desired: 2, max: 3 },
          spot: { desired: 0, max: 2 },
        },
      },
      services: {
        api: { replicas: { min: 1, desired: 2, max: 4 }, disruption: { minAvailable: 0 } },
      },
      stores: {
        database: {
          instance: "db.t3.small",
          storage: { size: "20GiB" },
          multiZone: false,
          readReplicas: 0,
          backup: { retention: "1d", finalSnapshot: false },
          insights: false,
          deletionProtection: false,
        },
        documents: {
          multiZone: false,
          readReplicas: 0,
          backup: { retention: "1d", finalSnapshot: false },
          deletionProtection: false,
        },
        cache: { instance: "cache.t3.micro", multiZone: false, readReplicas: 0 },
      },
      observability: { logs: { retention: "7d" }, notify: ["email"] },
      security: { detection: ["cloudtrail"] },
    },
    production: {},
  },

  objectives,
  sources,
  notes,
  planned,
});
