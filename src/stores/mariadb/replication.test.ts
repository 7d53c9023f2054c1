import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../testing.ts";
import { until } from "../wait.ts";
import { makeCopy } from "./copy.ts";
import { type Access, Connection, query } from "./connection.ts";
import { follow } from "./follow.ts";
import { holdsData } from "./initialise.ts";
import { Monitor } from "./monitor.ts";
import { reaches } from "./position.ts";
import { openPrimary, promote } from "./promote.ts";
import { nudge, relaxSync, requireSync } from "./semi-sync.ts";
import type { Start } from "./start.ts";
import { mariadb, MariadbWorkshop, type Node, removeTemplate } from "./testing.ts";

const { skipped, why } = needs(mariadb);
const PATIENT = { timeout: 10_000 };

afterAll(removeTemplate);

describe.skipIf(skipped)(`replication${why}`, () => {
  let workshop: MariadbWorkshop;
  let wantedA: Start;
  let wantedB: Start;
  let a: Node;
  let b: Node;
  let primary: Access;
  let standby: Access;

  /** A primary `a` with a table, and a standby `b` that it waits for. */
  beforeEach(async () => {
    workshop = new MariadbWorkshop();
    await Promise.all([workshop.data("a"), workshop.data("b")]);
    wantedA = await workshop.wanted("a");
    wantedB = await workshop.wanted("b", { part: "replica" });
    [a, b] = await Promise.all([workshop.start("a", wantedA), workshop.start("b", wantedB)]);
    [primary, standby] = [workshop.access(a), workshop.access(b)];
    await openPrimary(primary, 2000);
    await query(primary, 2000, "CREATE DATABASE shop");
    await query(primary, 2000, "CREATE TABLE shop.t (n INT AUTO_INCREMENT PRIMARY KEY, pad TEXT)");
    await followed(standby, primary);
    await inSync(primary, standby);
  });
  afterEach(() => workshop[Symbol.asyncDispose]());

  function followed(replica: Access, upstream: Access) {
    const { host, port } = upstream;
    return follow(replica, upstream, { host, port, password: workshop.passwords.replication }, 5000);
  }

  it("loses no acknowledged row when a standby is promoted, and takes the old primary back as it is", async () => {
    const writers = Array.from({ length: 4 }, () => write(primary));
    const total = (): number => writers.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    await until(() => (total() > 300 ? true : undefined), { timeoutMs: 10_000 });
    await a.kill();
    await Promise.all(writers.map(({ ended }) => ended));

    await promote(standby, 10_000);
    await promote(standby, 10_000);
    expect(await rows(standby)).toBeGreaterThanOrEqual(total());
    // Writable at once: it waits for no standby.
    await insert(standby);

    // What it wrote and nobody confirmed is taken back by its own recovery.
    await workshop.start("a", { ...wantedA, part: "replica" });
    expect(await followed(primary, standby)).toMatchObject({ follows: true });
    await inSync(standby, primary);
    await insert(standby);
    await expect.poll(() => rows(primary), PATIENT).toBe(await rows(standby));
  });

  it("applies what a standby has received before it is promoted", async () => {
    await query(standby, 2000, "STOP SLAVE SQL_THREAD");
    for (let count = 0; count < 50; count++) await insert(primary);
    expect(await rows(standby)).toBe(0);
    await a.kill();
    await promote(standby, 10_000);
    expect(await rows(standby)).toBe(50);
    await insert(standby);
  });

  it("applies it also when the standby is killed in the middle of its promotion", async () => {
    await query(standby, 2000, "STOP SLAVE SQL_THREAD");
    for (let count = 0; count < 20; count++) await insert(primary);
    await a.kill();
    await b.kill();
    await workshop.start("b", { ...wantedB, part: "heir" });
    await promote(standby, 10_000);
    expect(await rows(standby)).toBe(20);
    await insert(standby);
  });

  it("passes over what is applied already when its note of the place is behind", async () => {
    await query(standby, 2000, "STOP SLAVE SQL_THREAD");
    for (let count = 0; count < 5; count++) await insert(primary);
    await a.kill();
    const [place] = await query(standby, 2000, "SHOW SLAVE STATUS");
    await query(standby, 2000, "START SLAVE SQL_THREAD");
    await expect.poll(() => rows(standby), PATIENT).toBe(5);
    await b.kill();
    await workshop.start("b", { ...wantedB, part: "heir" });
    const { Relay_Log_File: file, Relay_Log_Pos: at } = place as Record<string, unknown>;
    await query(standby, 2000, `CHANGE MASTER TO RELAY_LOG_FILE = ?, RELAY_LOG_POS = ${Number(at)}`, [file]);
    await promote(standby, 10_000);
    expect(await rows(standby)).toBe(5);
    await insert(standby);
  });

  it("does not wait for the rest of a transaction that was received in part", async () => {
    const big = query(
      primary,
      20_000,
      "INSERT INTO shop.t (pad) SELECT REPEAT('x', 60000) FROM shop.seq_1_to_2000",
    );
    big.catch(() => {});
    const growing = await until(
      async () => {
        const [row] = await query(standby, 2000, "SHOW SLAVE STATUS");
        return Number(row?.["Relay_Log_Space"]) > 4 * 2 ** 20 || undefined;
      },
      { timeoutMs: 10_000, everyMs: 1 },
    );
    expect(growing).toBe(true);
    await a.kill();
    await expect(big).rejects.toThrow(/lost|ECONNRESET|closed/i);
    await promote(standby, 10_000);
    await insert(standby);
    expect([1, 2001]).toContain(await rows(standby));
  });

  it("lets go of commits that wait when the primary is told to wait no more", async () => {
    b.signal("SIGSTOP");
    const waiting = insert(primary);
    await expect.poll(() => waitingCommits(primary), PATIENT).toBe(1);
    // Nobody sees what the standby does not have.
    expect(await rows(primary)).toBe(0);
    await relaxSync(primary, 5000);
    await waiting;
    b.signal("SIGCONT");
    await inSync(primary, standby);
  });

  it("confirms a commit that was received while its confirmation was lost", async () => {
    await query(standby, 2000, "STOP SLAVE IO_THREAD");
    const waiting = insert(primary);
    await expect.poll(() => waitingCommits(primary), PATIENT).toBe(1);
    await query(standby, 2000, "START SLAVE IO_THREAD");
    await nudge(primary, 5000);
    await waiting;
    expect(await rows(primary)).toBe(1);
  });

  it("does not take back an old primary with transactions of its own, and makes it a copy", async () => {
    await query(standby, 2000, "STOP SLAVE IO_THREAD");
    await relaxSync(primary, 5000);
    await insert(primary);
    await a.kill();
    await promote(standby, 10_000);
    await query(standby, 2000, "CREATE VIEW shop.v AS SELECT COUNT(*) AS n FROM shop.t");
    for (let count = 0; count < 3; count++) await insert(standby);

    const kept = await workshop.start("a", { ...wantedA, part: "replica" });
    const found = await followed(primary, standby);
    expect(found).toEqual({ follows: false, errant: [expect.stringMatching(/^0-1-\d+$/)] });
    await kept.kill();
    const start = { ...wantedA, part: "replica" } as const;
    await makeCopy({ primary: standby, start });
    await workshop.start("a", start);
    expect(await followed(primary, standby)).toMatchObject({ follows: true });
    await inSync(standby, primary);
    await insert(standby);
    await expect.poll(() => rows(primary), PATIENT).toBe(4);
    expect(await query(primary, 2000, "SELECT n FROM shop.v")).toEqual([{ n: 4 }]);

    // The copy may take over as well.
    await b.kill();
    await promote(primary, 10_000);
    await insert(primary);
    expect(await rows(primary)).toBe(5);
  });

  it("says that a standby is lost whose log the primary has no more", async () => {
    await b.kill();
    await relaxSync(primary, 5000);
    for (let count = 0; count < 3; count++) {
      await insert(primary);
      await query(primary, 2000, "FLUSH BINARY LOGS");
    }
    const [last] = (await query<{ Log_name: string }>(primary, 2000, "SHOW BINARY LOGS")).toReversed();
    await query(primary, 2000, "PURGE BINARY LOGS TO ?", [last?.Log_name]);
    await workshop.start("b", wantedB);
    expect(await followed(standby, primary)).toMatchObject({ follows: true });
    await expect.poll(async () => (await lookAt(standby))?.following?.lost, PATIENT).toMatch(/binlog/i);
  });

  it("leaves the data alone where a copy cannot be made", async () => {
    await b.kill();
    const nowhere = { ...wantedB.programs, basedir: workshop.directory };
    const copy = makeCopy({ primary, start: { ...wantedB, programs: nowhere } });
    await expect(copy).rejects.toMatchObject({ code: "STORE_PROGRAM_MISSING" });
    expect(holdsData(wantedB.directory)).toBe(true);
  });
});

async function waitingCommits(primary: Access): Promise<number> {
  const [row] = await query<{ Value: string }>(
    primary,
    2000,
    "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_wait_sessions'",
  );
  return Number(row?.Value);
}

/** Inserts rows one after the other, and counts those that were acknowledged, until the connection breaks. */
function write(access: Access): { acknowledged: number; ended: Promise<void> } {
  const connection = new Connection(access);
  const writer = { acknowledged: 0, ended: Promise.resolve() };
  writer.ended = (async () => {
    try {
      for (;;) {
        await connection.query("INSERT INTO shop.t (pad) VALUES ('acknowledged')");
        writer.acknowledged++;
      }
    } catch {
      connection.close();
    }
  })();
  return writer;
}

async function inSync(upstream: Access, replica: Access): Promise<void> {
  const target = (await lookAt(upstream))?.position ?? "";
  const streams = await until(
    async () => {
      const look = await lookAt(replica);
      return (look?.following?.works && reaches(look.following.received, target)) || undefined;
    },
    { timeoutMs: 10_000, everyMs: 20 },
  );
  if (!streams) throw new Error("The standby does not follow.");
  await requireSync(upstream, 5000);
}

async function lookAt(server: Access) {
  const monitor = new Monitor(server);
  const look = await monitor.look(2000);
  monitor.close();
  return look.ok ? look : undefined;
}

async function rows(server: Access): Promise<number> {
  const [row] = await query<{ n: number }>(server, 5000, "SELECT COUNT(*) AS n FROM shop.t");
  return Number(row?.n);
}

async function insert(server: Access): Promise<void> {
  await query(server, 5000, "INSERT INTO shop.t (pad) VALUES ('acknowledged')");
}
