import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../testing.ts";
import { until } from "../wait.ts";
import { catchUp } from "./catchup.ts";
import { inSession, query } from "./connection.ts";
import type { Access } from "./connection.ts";
import { probe } from "./probe.ts";
import { promote } from "./promote.ts";
import { relaxSync, replicationState, requireSync, role, waitUntilStreaming } from "./replication.ts";
import { ensureRoles } from "./roles.ts";
import type { Server } from "./server.ts";
import { makeStandby } from "./standby.ts";
import { SMALL, Workshop, removeTemplate, account, postgresql } from "./testing.ts";

const { skipped, why } = needs(postgresql);

afterAll(removeTemplate);
const PATIENT = { timeout: 10_000 };
const password = String.raw`it's a \ : "password"`;

describe.skipIf(skipped)(`replication${why}`, () => {
  let workshop: Workshop;
  let a: Server;
  let primary: Access;

  beforeEach(async () => {
    workshop = new Workshop();
    await workshop.data("a");
    a = await workshop.start("a");
    primary = workshop.access(a);
    const application = { user: "app", password: "app", database: "shop" };
    await ensureRoles(primary, { application, replicationPassword: password });
    await query(primary, 2000, "CREATE TABLE t (n serial, pad text)");
  });
  afterEach(() => workshop[Symbol.asyncDispose]());

  /** Copies one server's data to another's name and starts it as its standby. */
  async function standbyOf(server: Server, name: string, slot?: string): Promise<Server> {
    await makeStandby({
      primary: workshop.access(server),
      from: server.directory,
      to: join(workshop.directory, name),
      account,
      upstream: { host: server.host, port: server.port, password, name, ...(slot ? { slot } : {}) },
    });
    return workshop.start(name);
  }

  it("loses no acknowledged row when a synchronous standby is promoted, and takes the old primary back", async () => {
    const writers = Array.from({ length: 4 }, () => write(primary));
    const b = await standbyOf(a, "b");
    const standby = workshop.access(b);
    await requireSync(primary, "b");
    expect(await role(primary)).toBe("primary");
    expect(await role(standby)).toBe("standby");
    expect(await replicationState(primary)).toEqual([
      expect.objectContaining({ name: "b", state: "streaming", sync: "sync" }),
    ]);
    const total = (): number => writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    const before = total();
    await until(() => (total() > before + 1000 ? true : undefined), { timeoutMs: 10_000 });
    await a.kill();
    await Promise.all(writers.map(({ ended }) => ended));

    await promote(standby);
    await promote(standby);
    expect(await role(standby)).toBe("primary");
    expect(await rows(standby)).toBeGreaterThanOrEqual(total());
    // Writable at once: it waits for no standby.
    await query(standby, 2000, "INSERT INTO t DEFAULT VALUES");

    const again = await standbyOf(b, "a");
    await requireSync(standby, "a");
    await query(standby, 2000, "INSERT INTO t DEFAULT VALUES");
    await expect.poll(() => rows(workshop.access(again)), PATIENT).toBe(await rows(standby));
  });

  it("copies while tables come and go", async () => {
    const churning = new AbortController();
    const churn = inSession(primary, 60_000, async (session) => {
      while (!churning.signal.aborted) {
        await session.query(
          "CREATE TABLE passing AS SELECT n, repeat('x', 500) FROM generate_series(1, 2000) n",
        );
        await session.query("CREATE DATABASE passing");
        await session.query("DROP DATABASE passing");
        await session.query("DROP TABLE passing");
      }
    });
    const servers = [await standbyOf(a, "b"), await standbyOf(a, "c")];
    churning.abort();
    await churn;
    await query(primary, 2000, "INSERT INTO t DEFAULT VALUES");
    for (const server of servers) await expect.poll(() => rows(workshop.access(server)), PATIENT).toBe(1);
  });

  it("holds commits until the standby has them, and lets them go when that is no longer asked for", async () => {
    const b = await standbyOf(a, "b", "slot_b");
    await requireSync(primary, "b");
    await requireSync(primary, "b");
    await b.stop("fast", 5000);
    const waiting = query(primary, 20_000, "INSERT INTO t DEFAULT VALUES").then(() => "acknowledged");
    const waits = await until(
      async () => {
        const found = await query(primary, 2000, "SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        return found.length > 0 ? true : undefined;
      },
      { timeoutMs: 5000 },
    );
    expect(waits).toBe(true);
    await relaxSync(primary);
    expect(await waiting).toBe("acknowledged");
    await relaxSync(primary);

    const back = await workshop.start("b");
    expect(await catchUp(primary, workshop.access(back), "b", 10_000)).toBe("streaming");
    await expect.poll(() => rows(workshop.access(back)), PATIENT).toBe(1);
    await relaxSync(workshop.access(back));
  });

  it("says that a standby must be rebuilt when the log it needs is gone, and rebuilds it", async () => {
    await a.stop("fast", 5000);
    a = await workshop.start("a", {
      settings: { ...SMALL, wal_keep_size: "0", max_wal_size: "32MB" },
      port: a.port,
    });
    const b = await standbyOf(a, "b");
    await waitUntilStreaming(primary, "b");
    await b.stop("fast", 5000);
    await inSession(primary, 20_000, async (session) => {
      for (let round = 0; round < 4; round += 1) {
        await session.query("INSERT INTO t (pad) SELECT repeat('x', 500) FROM generate_series(1, 10000)");
        await session.query("SELECT pg_switch_wal()");
        await session.query("CHECKPOINT");
      }
    });
    const late = await workshop.start("b");
    expect(await catchUp(primary, workshop.access(late), "b", 10_000)).toBe("must-be-rebuilt");
    await late.stop("fast", 5000);
    const rebuilt = await standbyOf(a, "b");
    expect(await catchUp(primary, workshop.access(rebuilt), "b", 10_000)).toBe("streaming");
    expect(await rows(workshop.access(rebuilt))).toBe(await rows(primary));
  });

  it("keeps the replication password to the stores' user", async () => {
    const b = await standbyOf(a, "b");
    expect(statSync(join(b.directory, "replication.pgpass")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(b.directory, "postgresql.auto.conf"), "utf8")).not.toContain("password");
    // The role can replicate and nothing else.
    const login = { ...primary, user: "plumbline_replication", password };
    await expect(query(login, 2000, "SELECT * FROM t")).rejects.toThrow("permission denied");
  });

  it("replaces no files that are not a database's", async () => {
    mkdirSync(join(workshop.directory, "b"));
    writeFileSync(join(workshop.directory, "b", "thesis.txt"), "");
    await expect(standbyOf(a, "b")).rejects.toMatchObject({ code: "DIRECTORY_NOT_EMPTY" });
  });

  it("refuses to copy over data that a server runs on", async () => {
    const b = await standbyOf(a, "b");
    await expect(standbyOf(a, "b")).rejects.toMatchObject({ code: "DATA_IN_USE" });
    expect(await probe(workshop.access(b), 1000)).toMatchObject({ ok: true, role: "standby" });
  });

  it("gives up in time when a standby does not come", async () => {
    await expect(waitUntilStreaming(primary, "b", { timeoutMs: 200 })).rejects.toMatchObject({
      code: "REPLICATION_TIMEOUT",
      message: expect.stringContaining("it is not connected"),
    });
    await expect(requireSync(primary, "b", 200)).rejects.toMatchObject({ code: "REPLICATION_TIMEOUT" });
    await query(primary, 2000, "INSERT INTO t DEFAULT VALUES");
  });
});

/** Writes rows one after another until the server fails, and counts those that were acknowledged. */
function write(access: Access): { acknowledged: number; ended: Promise<void> } {
  const writer = { acknowledged: 0, ended: Promise.resolve() };
  writer.ended = inSession(access, 60_000, async (session) => {
    for (;;) {
      await session.query("INSERT INTO t (pad) VALUES (repeat('x', 100))");
      writer.acknowledged += 1;
    }
  }).catch(() => {});
  return writer;
}

async function rows(access: Access): Promise<number> {
  const [row] = await query<{ count: number }>(access, 5000, "SELECT count(*)::int FROM t");
  return row?.count ?? -1;
}
