import { defineArchitecture } from "plumbline";

// Edit it, then: plumbline check, plumbline up, plumbline describe.
export default defineArchitecture({
  name: "NAME",
  description: "An API on EC2 instances behind a load balancer with PostgreSQL on RDS, in two zones.",
  document: "ARCHITECTURE.md",
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
  },

  entry: {
    loadBalancer: {
      listeners: [{ port: 80, protocol: "http" }],
      routes: [{ path: "/*", to: "api" }],
      deregistrationDelay: "30s",
    },
  },

  compute: { kind: "ec2-auto-scaling", instanceType: "t3.small" },

  services: {
    api: {
      kind: "web",
      command: ["node", "server.mjs"],
      image: { repository: "NAME" },
      port: 8000,
      targetHealth: { path: "/healthz", interval: "30s", timeout: "5s", healthy: 2, unhealthy: 3 },
      size: { cpu: "2 vCPU", memory: "1536MiB" },
      replicas: { min: 2, desired: 2, max: 6 },
      scaling: [
        { kind: "step", metric: "cpu", when: "above", threshold: 80, periods: 2, change: 1 },
        { kind: "step", metric: "cpu", when: "below", threshold: 20, periods: 2, change: -1 },
      ],
      uses: ["database"],
      example: { path: "/" },
    },
  },

  stores: {
    database: {
      kind: "postgresql",
      version: "15",
      instance: "db.t4g.small",
      storage: { size: "20GiB", max: "100GiB" },
      multiZone: true,
      backup: { retention: "7d" },
      deletionProtection: true,
    },
  },

  observability: { logs: { retention: "30d" } },
  recovery: { rto: "30m", rpo: "5m" },

  // What the document promises: each figure becomes a check.
  objectives: [
    {
      id: "zone-failure",
      kind: "recovery",
      from: "zone-failure",
      within: "2m",
      claim: { line: 5, text: "When a zone fails, the other one serves within 2 minutes" },
    },
  ],

  environments: {
    development: {
      network: { nat: "single" },
      stores: { database: { instance: "db.t4g.micro", multiZone: false, deletionProtection: false } },
    },
    production: {},
  },
});
