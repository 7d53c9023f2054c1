import type { Architecture } from "../architecture.ts";
import { defineArchitecture } from "../architecture.ts";
import { merge } from "../data.ts";

/** The smallest architecture that has every kind of reference; tests change what they are about. */
export const small = defineArchitecture({
  name: "small",
  region: "us-east-1",
  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: {
      public: ["10.0.1.0/24", "10.0.2.0/24"],
      private: ["10.0.11.0/24", "10.0.12.0/24"],
      database: ["10.0.21.0/24", "10.0.22.0/24"],
    },
  },
  compute: { kind: "ecs-fargate", capacity: [{ provider: "FARGATE", weight: 1 }] },
  entry: { loadBalancer: { listeners: [{ port: 80, protocol: "http" }], routes: [{ to: "api" }] } },
  services: {
    api: {
      kind: "web",
      command: ["node", "server.js"],
      image: { repository: "api" },
      port: 8000,
      targetHealth: { path: "/healthz" },
      size: { cpu: "0.5 vCPU", memory: "1GiB" },
      replicas: { min: 2, desired: 2, max: 6 },
      uses: ["database"],
      secrets: ["credentials"],
    },
    migrate: {
      kind: "job",
      command: ["node", "migrate.js"],
      image: { repository: "api" },
      size: { cpu: "0.25 vCPU", memory: "512MiB" },
      before: ["api"],
      uses: ["database"],
    },
  },
  stores: {
    database: {
      kind: "postgresql",
      version: "15.4",
      instance: "db.t3.small",
      storage: { size: "20GiB", max: "100GiB" },
      multiZone: true,
      backup: { retention: "7d" },
    },
    logs: { kind: "bucket", purpose: "logs" },
  },
  secrets: { credentials: { holds: ["username", "password"], of: "database" } },
  observability: { logs: { retention: "30d" } },
  environments: {
    development: {
      stores: { database: { instance: "db.t3.micro", multiZone: false } },
      observability: { logs: { retention: "7d" } },
    },
    production: {},
  },
});

/** The small architecture with something else in it, right or wrong. */
export function smallWith(change: unknown): Architecture {
  return merge(small, change) as Architecture;
}
