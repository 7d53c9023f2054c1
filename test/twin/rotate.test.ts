import pg from "pg";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresql } from "#stores/postgresql/testing.ts";
import { ask } from "#stores/redis/connection.ts";
import { redis } from "#stores/redis/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { RotationStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";
import { SteadyTraffic } from "../support/steady-traffic.ts";

const TWIN = "own-development";
const stores = needs(linux, postgresql, redis);

/** Writes into both stores for each request, and does not start where there is a file that says so. */
const CLIENT = `import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { Redis } from "${import.meta.resolve("ioredis")}";
import pg from "${import.meta.resolve("pg")}";
if (existsSync("broken")) throw new Error("broken");
const { HOST, PORT, DATABASE_URL, CACHE_URL } = process.env;
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 4, idleTimeoutMillis: 50 });
database.on("error", () => {});
const cache = new Redis(CACHE_URL);
cache.on("error", () => {});
await database.query("CREATE TABLE IF NOT EXISTS visits (id bigserial)");
const server = createServer((request, response) => {
  const work = request.url === "/healthz" ? [] : [database.query("INSERT INTO visits DEFAULT VALUES"), cache.incr("visits")];
  Promise.all(work).then(() => response.end(), (error) => response.writeHead(500).end(String(error)));
});
server.listen(Number(PORT), HOST);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

const ARCHITECTURE = {
  services: { web: { command: ["node", "client.mjs"], startTimeout: "10s", uses: ["database", "cache"] } },
  network: { subnets: { database: ["10.0.21.0/24", "10.0.22.0/24"] } },
  stores: {
    database: {
      kind: "postgresql",
      version: "15.4",
      instance: "db.t3.micro",
      storage: { size: "20GiB" },
      backup: { retention: "1d" },
    },
    cache: {
      kind: "redis",
      version: "7.1",
      instance: "cache.t3.micro",
      subnets: "private",
      multiZone: true,
      readReplicas: 1,
      purposes: ["rate-limits"],
    },
  },
};

describe.skipIf(stores.skipped)(`rotation of credentials${stores.why}`, { timeout: 60_000 }, () => {
  let project: Project;
  let endpoint: string;
  let client: ControlClient;

  beforeAll(async () => {
    project = new Project();
    project.write("client.mjs", CLIENT);
    writeArchitecture(project, ARCHITECTURE);
    endpoint = (await project.up()).endpoint as string;
    client = new ControlClient(runningRecord(project.state(TWIN)) as SupervisorRecord);
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const urlOf = async (store: string) =>
    (await client.connections()).find(({ name }) => name === store)?.writer as string;
  const rotationOf = async (store: string) =>
    (await client.status()).rotations.find((each) => each.store === store) as RotationStatus;

  it("gives PostgreSQL's clients another user without a failed request, and back", async () => {
    const first = await urlOf("database");
    await using traffic = new SteadyTraffic(`${endpoint}/visit`);
    const outcome = await project.run(["rotate", "database"]);
    expect(outcome.stdout).toMatch(
      /^database has new credentials \(app_clone\), and the old ones are disabled/,
    );
    expect(outcome.stderr).toMatch(/database +new credentials are current/);
    const second = await urlOf("database");
    expect(new URL(second).username).toBe("app_clone");
    await expect(inDatabase(first, "SELECT 1")).rejects.toThrow(/not permitted to log in/);
    // What one user makes, the other may change.
    await inDatabase(second, "CREATE TABLE made (id int)");

    await project.json(["rotate", "database"]);
    const third = await urlOf("database");
    expect(new URL(third).username).toBe("app");
    expect(third).not.toBe(first);
    await inDatabase(third, "DROP TABLE made");
    await expect(inDatabase(second, "SELECT 1")).rejects.toThrow(/not permitted to log in/);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
    expect(traffic.answered).toBeGreaterThan(20);
    expect(await rotationOf("database")).toMatchObject({
      step: null,
      user: "app",
      previousUser: null,
      next: null,
    });
  });

  it("gives Redis's clients another password on every node without a failed request", async () => {
    const before = new URL(await urlOf("cache"));
    await using traffic = new SteadyTraffic(`${endpoint}/visit`);
    await project.json(["rotate", "cache"]);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
    const after = new URL(await urlOf("cache"));
    expect(after.password).not.toBe(before.password);
    const nodes = (await client.status()).stores.flatMap(({ kind, nodes }) =>
      kind === "redis" ? nodes : [],
    );
    expect(nodes).toHaveLength(2);
    for (const { address } of nodes) {
      const [host, port] = address.split(":") as [string, string];
      const login = (password: string) =>
        ask({ host, port: Number(port), user: "default", password }, 5_000, "PING");
      expect(await login(after.password)).toBe("PONG");
      await expect(login(before.password)).rejects.toThrow(/WRONGPASS|NOAUTH/);
    }
  });

  it("leaves both users where the clients cannot be restarted, and ends it when they can", async () => {
    const before = await urlOf("database");
    project.write("broken", "");
    await using traffic = new SteadyTraffic(`${endpoint}/visit`);
    const { code, message } = await project.failure(["rotate", "database"]);
    expect(code).toBe("ROTATION_FAILED");
    expect(message).toMatch(/restart-clients: new replicas of web fail: ended with code 1/);
    expect(message).toContain("Services go on with what works: app_clone and app.");
    for (const url of [before, await urlOf("database")]) await inDatabase(url, "SELECT 1");

    rmSync(join(project.folder, "broken"));
    await eventually(
      "it goes on by itself",
      async () => (await rotationOf("database")).previousUser === null,
      30_000,
    );
    await expect(inDatabase(before, "SELECT 1")).rejects.toThrow(/not permitted to log in/);
    await traffic.end();
    expect(traffic.failures).toEqual([]);
  });

  it("is remembered by a primary that is started again", async () => {
    const node = (await client.status()).stores.find(({ name }) => name === "database")?.nodes[0];
    process.kill(node?.pid as number, "SIGKILL");
    const url = await urlOf("database");
    await eventually("it takes logins again", async () => (await inDatabase(url, "SELECT 1")).rowCount === 1);
    const disabled = await inDatabase(
      url,
      "SELECT rolname FROM pg_roles WHERE rolname LIKE 'app%' AND NOT rolcanlogin",
    );
    expect(disabled.rows).toEqual([{ rolname: "app" }]);
  });

  it("happens by itself when its time has come", async () => {
    const last = (await rotationOf("database")).last as string;
    const database = { ...ARCHITECTURE.stores.database, rotation: "1s" };
    writeArchitecture(project, { ...ARCHITECTURE, stores: { ...ARCHITECTURE.stores, database } });
    await project.run(["up"]);
    await eventually(
      "it was rotated",
      async () => ((await rotationOf("database")).last as string) > last,
      30_000,
    );
    await expect(client.rotate("files")).rejects.toMatchObject({ code: "ROTATION_UNSUPPORTED" });
    await expect(client.rotate("nothing")).rejects.toMatchObject({ code: "STORE_NOT_FOUND" });
  });
});

async function inDatabase(url: string, text: string): Promise<pg.QueryResult> {
  const session = new pg.Client({ connectionString: url });
  session.on("error", () => {});
  try {
    await session.connect();
    return await session.query(text);
  } finally {
    await session.end().catch(() => {});
  }
}
