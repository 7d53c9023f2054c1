import { defineArchitecture } from "#model/architecture.ts";
import { notes } from "./notes.ts";
import { objectives } from "./objectives.ts";
import { services } from "./services.ts";
import { sources } from "./sources.ts";

export default defineArchitecture({
  name: "microservices",
  description: "A front end, an API gateway and a backend on EKS, with PostgreSQL on RDS and Redis in pods.",
  document: "001_dddc4da8306746e0.txt",
  region: "us-east-1",

  network: {
    cidr: "10.0.0.0/16",
    zones: 3,
    subnets: {
      public: ["10.0.48.0/24", "10.0.49.0/24", "10.0.50.0/24"],
      private: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
      database: ["10.0.52.0/24", "10.0.53.0/24", "10.0.54.0/24"],
    },
    nat: "per-zone",
    databaseRoute: "isolated",
    dns: { support: true },
    vpn: { clients: "172.16.0.0/22" },
  },

  entry: {
    dns: { domain: "www.example.com" },
    certificate: { domain: "www.example.com" },
    loadBalancer: {
      crossZone: true,
      listeners: [
        { port: 80, protocol: "http", action: "redirect-to-https" },
        { port: 443, protocol: "https" },
      ],
      routes: [{ path: "/*", to: "frontend" }],
      deregistrationDelay: "30s",
    },
  },

  compute: {
    kind: "eks",
    version: "1.28",
    nodeGroups: {
      main: {
        instanceTypes: ["t3.medium", "t3.large"],
        capacity: "on-demand",
        min: 1,
        desired: 3,
        max: 20,
      },
      // For what may be interrupted; there is none of it until pods ask for it.
      spot: { instanceTypes: ["t3.xlarge"], capacity: "spot", min: 0, desired: 0, max: 5 },
    },
    clusterAutoscaler: true,
    maxNodes: 20,
    addOns: ["vpc-cni", "coredns", "kube-proxy", "metrics-server", "aws-ebs-csi-driver"],
    workloadIdentity: "irsa",
    networkPolicies: "default-deny",
    podSecurity: "restricted",
  },

  services,

  stores: {
    database: {
      kind: "postgresql",
      engine: "rds",
      version: "15.4",
      instance: "db.t3.small",
      storage: { type: "gp3", size: "100GiB" },
      subnets: "database",
      multiZone: true,
      readReplicas: 1,
      encryption: { atRest: "kms", inTransit: "required" },
      classification: "confidential",
      backup: { retention: "7d" },
      parameters: { "rds.force_ssl": "1" },
      insights: true,
      deletionProtection: true,
    },
    cache: {
      kind: "redis",
      hosting: "pods",
      version: "7.2",
      size: { cpu: "100m", memory: "256MiB" },
      limits: { cpu: "500m", memory: "512MiB" },
      volume: "5GiB",
      subnets: "private",
      purposes: ["sessions", "response-cache", "rate-limits"],
      appendOnlyFile: true,
    },
    uploads: {
      kind: "bucket",
      purpose: "uploads",
      classification: "confidential",
      versioned: true,
      lifecycle: [{ after: "90d", to: "intelligent-tiering" }],
    },
    artifacts: {
      kind: "bucket",
      purpose: "artifacts",
      classification: "internal",
      expireAfter: "90d",
    },
  },

  secrets: {
    "database-credentials": { of: "database", holds: ["username", "password", "connection-string"] },
    "people-secret": {
      description:
        "Seals, in the database, the keys that sign people's tokens and their authenticators' secrets.",
      holds: ["key"],
    },
  },

  registry: { scanOnPush: true },

  security: {
    keys: "per-purpose",
    secretsIn: "kubernetes",
    administrators: { mfa: true, rbac: true },
    application: ["jwt", "mfa", "rbac", "rate-limiting", "input-validation", "audit-log"],
    compliance: ["soc-2", "pci-dss"],
    zeroTrust: true,
  },

  observability: {
    logs: { backend: "elasticsearch", collector: "fluentd", retention: "30d", compression: "gzip" },
    metrics: {
      backend: "prometheus",
      exporters: ["node-exporter", "cadvisor", "postgres-exporter", "redis-exporter"],
      business: ["transactions"],
    },
    tracing: { instrumentation: "opentelemetry", backend: "jaeger", inLogs: true },
    dashboards: { backend: "grafana", show: ["infrastructure", "application", "database", "business"] },
    alarms: [
      { signal: "cpu", above: 80, unit: "percent" },
      { signal: "memory", above: 90, unit: "percent" },
      { signal: "latency-p95", above: 0.2, unit: "seconds" },
      { signal: "http-5xx", above: 5, unit: "count" },
      { signal: "database-connections", above: 100, unit: "count", severity: "ticket" },
    ],
    alertmanager: true,
    notify: ["email"],
    slos: [
      { name: "api-availability", service: "gateway", indicator: "availability", objective: 99.9 },
      { name: "api-latency", service: "gateway", indicator: "latency", objective: 95, within: "200ms" },
    ],
  },

  delivery: {
    stages: ["test", "scan", "build", "approval", "production", "verify"],
    scanner: "trivy",
    gitops: "argo-cd",
    infrastructure: ["terraform"],
    handbook: ["architecture", "runbooks", "api", "troubleshooting"],
  },

  recovery: { drills: "90d" },

  billing: {
    tags: { project: "microservices", owner: "platform" },
    savings: ["spot", "reserved-instances", "auto-scaling", "storage-lifecycle"],
  },

  environments: {
    development: {
      network: { nat: "single" },
      entry: { dns: { domain: "dev.example.com" }, certificate: { domain: "dev.example.com" } },
      compute: { nodeGroups: { main: { desired: 2, max: 5 } }, maxNodes: 5 },
      services: {
        frontend: { replicas: { min: 1, desired: 2, max: 3 }, disruption: { minAvailable: 0 } },
        gateway: { replicas: { min: 1, desired: 2, max: 3 }, disruption: { minAvailable: 0 } },
        backend: { replicas: { min: 1, desired: 2, max: 4 }, disruption: { minAvailable: 0 } },
      },
      stores: {
        database: {
          instance: "db.t3.micro",
          storage: { size: "20GiB" },
          multiZone: false,
          readReplicas: 0,
          backup: { finalSnapshot: false },
          insights: false,
          deletionProtection: false,
        },
      },
      observability: { logs: { retention: "7d" } },
    },
    production: {},
  },

  objectives,
  sources,
  notes,
});
