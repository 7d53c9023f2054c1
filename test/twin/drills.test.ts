import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillReport } from "#drills/report.ts";
import { lastLine } from "../support/command-line.ts";
import { aTwin } from "../support/needs.ts";
import { job, service, writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";

const PG = pathToFileURL(createRequire(import.meta.url).resolve("pg")).href;

/** Takes orders. Where a file says so it lies about them, or takes none. */
const SERVER = `import { existsSync } from "node:fs";
import { createServer } from "node:http";
import pg from "${PG}";
const orders = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 4, connectionTimeoutMillis: 900 });
orders.on("error", () => {});
async function take(request, response) {
  if (request.method === "GET") return response.end("well");
  let body = "";
  for await (const chunk of request) body += chunk;
  try {
    if (existsSync("broken")) throw new Error("out of order");
    if (!existsSync("lying")) await orders.query("insert into orders values ($1)", [JSON.parse(body)]);
    response.end("taken");
  } catch {
    response.writeHead(503).end();
  }
}
createServer((request, response) => void take(request, response)).listen(Number(process.env.PORT), process.env.HOST);
process.on("SIGTERM", () => process.exit(0));
`;

const MIGRATE = `import pg from "${PG}";
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();
await client.query("create table if not exists orders (body json not null)");
await client.end();
`;

const ARCHITECTURE = {
  network: { subnets: { database: ["10.0.21.0/24", "10.0.22.0/24"] } },
  services: {
    web: service({
      command: ["node", "orders.mjs"],
      targetHealth: { path: "/healthz", unhealthy: 2, healthy: 2 },
      uses: ["database"],
      example: {
        method: "POST",
        path: "/orders",
        body: { id: "order-${NUMBER}", at: "${NOW}" },
        written: { store: "database", table: "orders", column: "body" },
      },
    }),
    migrate: { ...job("node", "migrate.mjs"), uses: ["database"] },
  },
  stores: {
    database: {
      kind: "postgresql",
      version: "15.4",
      instance: "db.t3.small",
      storage: { size: "20GiB" },
      multiZone: true,
      backup: { retention: "1d" },
    },
  },
  recovery: { rto: "1m" },
};

// A drill lasts as long as the twin needs to recover, which is longer on a busy machine.
describe.skipIf(aTwin.skipped)(`drills${aTwin.why}`, { timeout: 90_000 }, () => {
  let project: Project;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, ARCHITECTURE);
    project.write("orders.mjs", SERVER);
    project.write("migrate.mjs", MIGRATE);
    await project.up();
  });

  afterAll(() => project[Symbol.asyncDispose]());

  async function drill(...args: readonly string[]): Promise<DrillReport & { exit: number | null }> {
    const outcome = await project.run(["drill", ...args, "--json"]);
    return { ...lastLine<DrillReport>(outcome), exit: outcome.code };
  }

  it("of a replica that is killed tell what its clients saw, and that nothing is lost", async () => {
    const report = await drill("replica-crash");
    expect(report).toMatchObject({
      schemaVersion: 1,
      drill: "replica-crash",
      times: 1,
      verdict: "holds",
      lost: 0,
      notRecovered: 0,
      profile: "local",
      objective: { id: null, kind: "recovery", withinMs: 60_000, verdict: "holds" },
      interrupted: false,
      exit: 0,
    });
    const { outageMs, detectionMs, recoveryMs, rounds, substitutes } = report;
    expect(outageMs?.min).toBeGreaterThan(0);
    expect(outageMs?.max).toBeLessThan(30_000);
    expect(recoveryMs?.min).toBeGreaterThan(detectionMs?.min as number);
    expect(rounds[0]?.targets[0]?.ledger?.acknowledged).toBeGreaterThan(20);
    expect(substitutes.length).toBeGreaterThan(0);
  });

  it("of a database whose primary is killed tell both kinds of clients' outage", async () => {
    const report = await drill("database-failure", "--how", "kill");
    expect(report).toMatchObject({ verdict: "holds", times: 1, lost: 0, exit: 0 });
    const [targets] = report.rounds.map((round) => round.targets);
    expect(targets?.map(({ target }) => target)).toEqual(["load balancer", "database"]);
    // No failover is faster than the start of a process; one that was not waited for would be.
    expect(targets?.[1]?.outageMs).toBeGreaterThan(50);
    expect(report.outageMs?.max).toBe(targets?.[1]?.outageMs);
    expect(targets?.every(({ ledger }) => ledger !== null && ledger.acknowledged > 20)).toBe(true);
  });

  it("find out a service that acknowledges what it does not write", async () => {
    project.write("lying", "");
    const report = await drill("replica-crash");
    expect(report).toMatchObject({ verdict: "fails", exit: 1 });
    expect(report.lost).toBeGreaterThan(20);
  });

  it("break nothing and are inconclusive where requests fail anyway", async () => {
    project.write("broken", "");
    const report = await drill("replica-crash");
    expect(report).toMatchObject({ verdict: "inconclusive", outageMs: null, exit: 1 });
    expect(report.rounds[0]).toMatchObject({ isBroken: false, detectionMs: null, left: [] });
    expect(report.rounds[0]?.what).toContain("it was answered with 503");
  });

  it("stand beside a load of the same requests", async () => {
    const load = await project.json<{ requests: number; answered: object }>([
      "load",
      "--rate",
      "60/s",
      "--for",
      "1s",
    ]);
    expect(load.answered).toEqual({ 503: load.requests });
  });
});
