import { defineArchitecture } from "#model/architecture.ts";

/** What `npm run bench -- restore` loses and brings back: one database, copied to a second region. */
export default defineArchitecture({
  name: "restore",
  region: "us-east-1",
  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: { public: ["10.0.1.0/24", "10.0.2.0/24"], private: ["10.0.11.0/24", "10.0.12.0/24"] },
    nat: "per-zone",
  },
  entry: {
    loadBalancer: {
      listeners: [{ port: 80, protocol: "http", action: "forward" }],
      routes: [{ path: "/*", to: "web" }],
    },
  },
  compute: { kind: "ecs-fargate", capacity: [{ provider: "FARGATE", weight: 1 }] },
  services: {
    web: {
      kind: "web",
      command: [
        "node",
        "-e",
        "require('http').createServer((_, r) => r.end()).listen(process.env.PORT, process.env.HOST)",
      ],
      image: { repository: "web" },
      port: 8000,
      targetHealth: { path: "/" },
      size: { cpu: "0.25 vCPU", memory: "512MiB" },
      replicas: { min: 1, desired: 1, max: 1 },
      uses: ["database"],
    },
  },
  stores: {
    database: {
      kind: "postgresql",
      version: "15",
      instance: "db.m6g.large",
      subnets: "private",
      backup: { retention: "1d", copyTo: { region: "us-west-2", retention: "1d" } },
    },
  },
  observability: { logs: { backend: "cloudwatch", retention: "7d" } },
  environments: { development: {} },
});
