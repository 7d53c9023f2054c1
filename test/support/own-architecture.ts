import { join } from "node:path";
import { merge } from "#model/data.ts";
import { packageRoot } from "#twin/package-root.ts";
import fargate from "../../architectures/fargate/architecture.ts";
import type { Project } from "./project.ts";

/** The smallest system that a twin runs: one service in two zones, and a bucket. It starts in a second. */
const SMALL = {
  name: "own",
  region: "us-east-1",
  network: {
    cidr: "10.0.0.0/16",
    zones: 2,
    subnets: { public: ["10.0.1.0/24", "10.0.2.0/24"], private: ["10.0.11.0/24", "10.0.12.0/24"] },
  },
  compute: { kind: "ecs-fargate", capacity: [{ provider: "FARGATE", weight: 1 }] },
  entry: { loadBalancer: { listeners: [{ port: 80, protocol: "http" }], routes: [{ to: "web" }] } },
  services: {
    web: {
      kind: "web",
      command: ["node", "server.mjs"],
      image: { repository: "web" },
      port: 8000,
      targetHealth: { path: "/healthz" },
      size: { cpu: "0.25 vCPU", memory: "512MiB" },
      replicas: { min: 2, desired: 2, max: 4 },
    },
  },
  stores: { files: { kind: "bucket", purpose: "uploads" } },
  observability: { logs: { retention: "7d" } },
  environments: { development: {} },
};

/** Answers 200 to everything, and has a child of its own, as a server with workers has. */
const SERVER = `import { spawn } from "node:child_process";
import { createServer } from "node:http";
spawn("sleep", ["300"], { stdio: "ignore" });
createServer((request, response) => response.end("well\\n")).listen(Number(process.env.PORT), process.env.HOST);
process.on("SIGTERM", () => process.exit(0));
`;

/** Another service like that one, changed, for `services`. */
export function service(change: object = {}): object {
  return { ...SMALL.services.web, ...change };
}

/** A job that runs before the service, for `services`. */
export function job(...command: string[]): object {
  return {
    kind: "job",
    command,
    image: { repository: "web" },
    size: { cpu: "0.25 vCPU", memory: "512MiB" },
    before: ["web"],
  };
}

/** A change of the small system: it has a database with a standby, and starts in half the time of a whole `fargate`. */
export const WITH_DATABASE = {
  services: { web: { uses: ["database"] } },
  stores: {
    database: {
      kind: "postgresql",
      version: "15.4",
      instance: "db.t3.small",
      storage: { size: "20GiB" },
      subnets: "private",
      multiZone: true,
      backup: { retention: "1d" },
    },
  },
};

/** Gives a project an architecture.mjs of its own: the small one, changed. */
export function writeArchitecture(project: Project, change: unknown = {}): void {
  project.write("server.mjs", SERVER);
  write(project, merge(SMALL, change));
}

/** Gives a project the reference architecture `fargate`, changed. It runs the programs of the reference workload. */
export function writeFargate(project: Project, change: unknown = {}): void {
  const services = { api: program("main.ts"), migrate: program("migrate.ts") };
  write(project, merge(merge(fargate, { services }), change));
}

/** By its whole path: the project is in another folder. */
function program(name: string): object {
  return { command: ["node", join(packageRoot, "services", "validator", "src", name)] };
}

function write(project: Project, architecture: unknown): void {
  project.write("architecture.mjs", `export default ${JSON.stringify(architecture)};\n`);
}
