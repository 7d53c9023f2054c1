import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SUPERVISOR } from "#stores/mariadb/accounts.ts";
import { type Access, Connection, query } from "#stores/mariadb/connection.ts";
import { mariadb } from "#stores/mariadb/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import type { TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { WITH_DATABASE, writeArchitecture } from "../support/own-architecture.ts";
import { environmentOf } from "../support/processes.ts";
import { Project } from "../support/project.ts";
import { database, nodeOf, untilStatus } from "../support/twin-view.ts";

const TWIN = "own-development";
const aMysql = needs(linux, mariadb);

const STORES = {
  database: {
    ...WITH_DATABASE.stores.database,
    kind: "mysql",
    version: "8.4",
    readReplicas: 1,
    parameters: {
      require_secure_transport: "1",
      innodb_lock_wait_timeout: "7",
      binlog_row_value_options: "PARTIAL_JSON",
    },
  },
  documents: {
    kind: "documentdb",
    version: "5.0",
    instance: "db.t3.medium",
    subnets: "private",
    backup: { retention: "1d" },
  },
};
const DOCUMENTS_URL = "mongodb://me:secret@one.example:27017,two.example:27017/?replicaSet=rs0";

describe.skipIf(aMysql.skipped)(`MySQL on a twin${aMysql.why}`, { timeout: 60_000 }, () => {
  let project: Project;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, {
      services: { web: { uses: ["database", "documents"] } },
      stores: STORES,
    });
    await project.up();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const until = (what: string, holds: (status: TwinStatus) => boolean) =>
    untilStatus(project, TWIN, what, holds, 30_000);
  const complete = () => until("all of it runs", ({ phase }) => phase === "running");

  async function access(...options: string[]): Promise<Access> {
    const { url } = await project.json<{ url: string }>(["connect", "database", ...options]);
    const { hostname, port, username, password, pathname } = new URL(url);
    return { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) };
  }

  it("runs a primary and a standby in two zones, with what is declared as far as MariaDB has it", async () => {
    const up = await complete();
    expect(database(up)).toMatchObject({ kind: "mysql", protected: true, replication: "synchronous" });
    expect(nodeOf(up, "primary")).toMatchObject({ zone: "us-east-1a", state: "running" });
    expect(nodeOf(up, "standby")).toMatchObject({ zone: "us-east-1b", state: "in sync" });
    expect(nodeOf(up, "primary").address).toMatch(/^127\.\d+\.11\.\d+:3306$/);
    const [row] = await query(await access(), 5_000, "SELECT @@innodb_lock_wait_timeout AS w");
    expect(row).toEqual({ w: 7 });
    const { stdout } = await project.run(["logs", "events"]);
    expect(stdout).toMatch(/MariaDB does not have these parameters.*: binlog_row_value_options$/m);
  });

  it("leads readers to the read replica, which takes no writes", async () => {
    const replica = database(await complete()).nodes.find(({ role }) => role === "replica");
    expect(replica).toMatchObject({ id: "database-a-2", state: "following" });
    const reader = await access("--reader");
    expect(await query(reader, 5_000, "SELECT @@server_id AS s")).toEqual([{ s: 3 }]);
    await expect(query(reader, 5_000, "CREATE TABLE t (n INT)")).rejects.toMatchObject({ errno: 1290 });
    process.kill(replica?.pid as number, "SIGKILL");
    await until("reads are answered by the primary", ({ phase }) => phase === "partly");
    expect((await complete()).substitutes.map(({ part }) => part)).not.toContain(
      "stores.database.readReplicas",
    );
  });

  it("says that nothing stands in for DocumentDB, and tells services no address of it", async () => {
    const { stores, substitutes } = await complete();
    expect(stores.find(({ name }) => name === "documents")).toMatchObject({ program: "nothing", nodes: [] });
    expect(substitutes.find(({ part }) => part === "stores.documents")).toMatchObject({ runs: "nothing" });
    const [replica] = (await complete()).services.flatMap(({ replicas }) => replicas);
    const variables = environmentOf(replica?.pid as number);
    expect(variables["DATABASE_URL"]).toMatch(/^mysql:\/\/app:[\w-]+@127\.\d+\.11\.\d+:\d+\/app$/);
    expect(variables["DOCUMENTS_URL"]).toBeUndefined();
    expect(await project.failure(["connect", "documents"])).toMatchObject({ code: "STORE_UNSUPPORTED" });
    expect(await project.failure(["backup", "database"])).toMatchObject({ code: "STORE_NOT_FOUND" });
  });

  it("loses no acknowledged write when the primary is killed, and takes the old one back", async () => {
    const before = nodeOf(await complete(), "primary");
    const writer = await Writer.start(await access());
    await eventually("there are writes", () => writer.acknowledged.length > 100);
    process.kill(before.pid as number, "SIGKILL");
    const killedAt = performance.now();
    const firstAfter = await eventually("writes go on", () =>
      writer.acknowledged.find(({ at, number }) => at > killedAt && number > writer.failedAt),
    );
    const back = await until(
      "the old primary is in sync",
      (status) => nodeOf(status, "standby").id === before.id && database(status).protected,
    );
    expect(nodeOf(back, "primary").id).not.toBe(before.id);
    expect(await writer.lost()).toEqual([]);
    const reader = await access("--reader");
    const count = "SELECT COUNT(*) AS n FROM written";
    const all = await query(await access(), 5_000, count);
    await eventually("the read replica has them too", async () => {
      expect(await query(reader, 5_000, count)).toEqual(all);
      return true;
    });
    console.log(`failover of MySQL: writes again after ${Math.round(firstAfter.at - killedAt)} ms`);
  });

  it("makes a copy of a standby that has transactions of its own", async () => {
    const { id, address, pid } = nodeOf(await complete(), "standby");
    const [host, port] = address.split(":") as [string, string];
    const secrets = JSON.parse(readFileSync(project.state(TWIN).secrets, "utf8")) as Record<string, string>;
    const password = secrets["database.supervisor"] as string;
    const itself = { host, port: Number(port), user: SUPERVISOR, password };
    await query(itself, 5_000, "CREATE TABLE app.errant (n INT PRIMARY KEY)");
    process.kill(pid as number, "SIGKILL");
    await until(
      "it is another process, in sync",
      (status) => database(status).protected && nodeOf(status, "standby").pid !== pid,
    );
    const { stdout } = await project.run(["logs", "events"]);
    expect(stdout).toMatch(new RegExp(`${id} +is a copy of database-`));
    expect(await query(itself, 5_000, "SHOW TABLES IN app LIKE 'errant'")).toEqual([]);
    expect(await query(itself, 5_000, "SHOW TABLES IN app LIKE 'written'")).toHaveLength(1);
  });

  it("gives services another user, who may do what the first may, and back", async () => {
    const first = await access();
    await query(first, 5_000, "CREATE TABLE theirs (n INT PRIMARY KEY)");
    await project.json(["rotate", "database"]);
    const second = await access();
    expect(second.user).toBe("app_clone");
    await expect(query(first, 5_000, "SELECT 1")).rejects.toThrow(/locked/);
    await query(second, 5_000, "DROP TABLE theirs");
  });

  it("finds its data again after the supervisor was killed, and leaves nobody behind", async () => {
    const before = await complete();
    const client = await access();
    await query(client, 5_000, "CREATE TABLE kept (n INT PRIMARY KEY)");
    await query(client, 5_000, "INSERT INTO kept VALUES (1)");
    const old = new Set(database(before).nodes.map(({ pid }) => pid));
    process.kill(before.supervisor.pid, "SIGKILL");

    const named = await project.json<TwinStatus>(["up", "--detach"], {
      PLUMBLINE_DOCUMENTS_URL: DOCUMENTS_URL,
    });
    expect(nodeOf(named, "primary").id).toBe(nodeOf(before, "primary").id);
    expect(await query(await access(), 5_000, "SELECT n FROM kept")).toEqual([{ n: 1 }]);
    expect(project.processes().filter(({ pid }) => old.has(pid))).toEqual([]);
    expect(named.stores.find(({ name }) => name === "documents")).toMatchObject({
      program: "what PLUMBLINE_DOCUMENTS_URL names",
      writer: "one.example:27017,two.example:27017",
    });
    const [replica] = named.services.flatMap(({ replicas }) => replicas);
    expect(environmentOf(replica?.pid as number)["DOCUMENTS_URL"]).toBe(DOCUMENTS_URL);
    await project.json(["down", "--purge"]);
    await project.empty();
  });
});

/** A client that writes one number after the other, on a new connection after each failure. */
class Writer {
  readonly acknowledged: { readonly number: number; readonly at: number }[] = [];
  /** The number of the last write that was not acknowledged. */
  failedAt = 0;
  readonly #access: Access;
  readonly #writing: Promise<void>;
  #ended = false;

  private constructor(access: Access) {
    this.#access = access;
    this.#writing = this.#write();
  }

  static async start(access: Access): Promise<Writer> {
    await query(access, 5_000, "CREATE TABLE written (n INT PRIMARY KEY)");
    return new Writer(access);
  }

  /** Ends it, and finds the numbers that were acknowledged and are not there. */
  async lost(): Promise<number[]> {
    this.#ended = true;
    await this.#writing;
    const rows = await query<{ n: number }>(this.#access, 5_000, "SELECT n FROM written");
    const there = new Set(rows.map(({ n }) => n));
    return this.acknowledged.map(({ number }) => number).filter((number) => !there.has(number));
  }

  async #write(): Promise<void> {
    let connection: Connection | null = null;
    for (let number = 1; !this.#ended; number++) {
      try {
        connection ??= new Connection(this.#access);
        await connection.query("INSERT INTO written VALUES (?)", [number]);
        this.acknowledged.push({ number, at: performance.now() });
      } catch {
        connection?.close();
        connection = null;
        this.failedAt = number;
        // A refused connection must not make a busy loop.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    connection?.close();
  }
}
