import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { asAccount } from "../account.ts";
import { freePort, linux, needs } from "../testing.ts";
import { until } from "../wait.ts";
import { inSession, query } from "./connection.ts";
import type { Access } from "./connection.ts";
import { Workshop, removeTemplate, account, postgresql, programs } from "./testing.ts";

const { skipped, why } = needs(postgresql);

afterAll(removeTemplate);
const onLinux = needs(postgresql, linux);
let workshop: Workshop;

beforeEach(async () => {
  workshop = new Workshop();
  if (!skipped) await workshop.data("a");
});
afterEach(() => workshop[Symbol.asyncDispose]());

async function count(access: Access): Promise<number> {
  const [row] = await query<{ count: number }>(access, 2000, "SELECT count(*)::int FROM t");
  return row?.count ?? -1;
}

describe.skipIf(skipped)(`starting${why}`, () => {
  it("starts, stops and starts again, with what was written", async () => {
    const server = await workshop.start("a");
    expect(server).toMatchObject({ kind: "postgresql", host: "127.0.0.1", pid: server.child.pid });
    await query(workshop.access(server), 2000, "CREATE TABLE t AS SELECT 1");
    expect(await server.stop("fast", 5000)).toEqual({ code: 0, signal: null });
    expect(await server.stop("fast", 5000)).toEqual({ code: 0, signal: null });
    const again = await workshop.start("a");
    expect(await count(workshop.access(again))).toBe(1);
    await again.stop("immediate", 5000);
    expect(readFileSync(again.log, "utf8")).toContain("received immediate shutdown request");
  });

  it("says that its address is taken", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    await expect(workshop.start("a", { port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${port}.*Address already in use`, "s")),
    });
    other.close();
  });

  it("is not taken in by another server at its address", async () => {
    const server = await workshop.start("a");
    await workshop.data("b");
    await expect(workshop.start("b", { port: server.port })).rejects.toMatchObject({ code: "PORT_TAKEN" });
  });

  it("refuses data that another server runs on, and leaves that one alone", async () => {
    const server = await workshop.start("a");
    await expect(workshop.start("a")).rejects.toMatchObject({
      code: "DATA_IN_USE",
      message: expect.stringContaining(String(server.pid)),
    });
    await query(workshop.access(server), 2000, "SELECT 1");
  });

  it("refuses data of another major version, and a directory without any", async () => {
    writeFileSync(join(workshop.directory, "a", "PG_VERSION"), "16\n");
    await expect(workshop.start("a")).rejects.toMatchObject({ code: "DATA_OTHER_VERSION" });
    await expect(workshop.start("nothing")).rejects.toMatchObject({ code: "DATA_MISSING" });
  });

  it("says what PostgreSQL says where data is damaged", async () => {
    writeFileSync(join(workshop.directory, "a", "global", "pg_control"), "damaged");
    await expect(workshop.start("a")).rejects.toMatchObject({
      code: "STORE_START_FAILED",
      message: expect.stringContaining("pg_control"),
    });
  });

  it("says that the program could not be started", async () => {
    const missing = { ...programs(), directory: "/nowhere" };
    await expect(workshop.start("a", { programs: missing })).rejects.toMatchObject({
      code: "STORE_START_FAILED",
      message: expect.stringContaining("ENOENT"),
    });
  });

  it("gives up in time, and leaves no process behind", async () => {
    // A standby without a backup label or a primary never becomes consistent.
    const directory = join(workshop.directory, "a");
    writeFileSync(join(directory, "standby.signal"), "");
    writeFileSync(
      join(directory, "backup_label"),
      "START WAL LOCATION: 0/9000028 (file 000000010000000000000009)\nCHECKPOINT LOCATION: 0/9000060\nBACKUP METHOD: streamed\nBACKUP FROM: primary\nSTART TIME: 2026-01-01 00:00:00 UTC\nLABEL: plumbline\nSTART TIMELINE: 1\n",
    );
    await expect(workshop.start("a", { timeoutMs: 400 })).rejects.toMatchObject({
      code: "STORE_START_TIMEOUT",
    });
    expect(processesIn(directory)).toEqual([]);
  });
});

describe.skipIf(onLinux.skipped)(`starting after a crash${onLinux.why}`, () => {
  it("recovers everything that was acknowledged, with a backend still at work", async () => {
    const server = await workshop.start("a");
    const access = workshop.access(server);
    await query(access, 2000, "CREATE TABLE t (n int)");
    // One that looks at its parent only when its statement ends, and one that cannot look at all.
    const busy = query(access, 60_000, "SELECT count(*) FROM generate_series(1, 1e10)").catch(() => {});
    const frozen = query(access, 60_000, "SELECT pg_sleep(60)").catch(() => {});
    const pids = await until(
      async () => {
        const rows = await query<{ pid: number }>(
          access,
          2000,
          "SELECT pid FROM pg_stat_activity WHERE query ~ '1e10|sleep' AND pid <> pg_backend_pid()",
        );
        return rows.length === 2 ? rows.map(({ pid }) => pid) : undefined;
      },
      { timeoutMs: 5000 },
    );
    process.kill(pids![1]!, "SIGSTOP");
    let acknowledged = 0;
    const writing = inSession(access, 60_000, async (session) => {
      for (;;) {
        await session.query("INSERT INTO t VALUES (1)");
        acknowledged += 1;
      }
    }).catch(() => {});
    await until(() => (acknowledged > 200 ? true : undefined), { timeoutMs: 10_000 });
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    const again = await workshop.start("a", { port: server.port });
    await Promise.all([busy, frozen, writing]);
    expect(await count(workshop.access(again))).toBeGreaterThanOrEqual(acknowledged);
    const left = processesIn(again.directory);
    expect(pids!.filter((pid) => left.includes(pid))).toEqual([]);
  });

  it("ends the children as well when it is killed", async () => {
    const server = await workshop.start("a");
    const busy = query(
      workshop.access(server),
      60_000,
      "SELECT count(*) FROM generate_series(1, 1e10)",
    ).catch(() => {});
    await until(() => (processesIn(server.directory).length > 6 ? true : undefined), { timeoutMs: 5000 });
    expect(await server.kill()).toEqual({ code: null, signal: "SIGKILL" });
    expect(processesIn(server.directory)).toEqual([]);
    await busy;
  });

  it("kills a server that is frozen when the time to stop is over", async () => {
    const server = await workshop.start("a");
    process.kill(server.pid, "SIGSTOP");
    expect(await server.stop("fast", 200)).toEqual({ code: null, signal: "SIGKILL" });
    expect(processesIn(server.directory)).toEqual([]);
  });

  it("is not kept from starting by a process number that now belongs to another program", async () => {
    const server = await workshop.start("a");
    await server.kill();
    const stranger = spawn("sleep", ["60"], { ...asAccount(account), cwd: "/" });
    const file = join(server.directory, "postmaster.pid");
    const lines = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, [stranger.pid, ...lines.slice(1)].join("\n"));
    await workshop.start("a");
    stranger.kill();
  });

  it("hands every process that it starts to the supervisor's spawn", async () => {
    const seen: [string, string | undefined][] = [];
    const server = await workshop.start("a", {
      spawn: (program, args, options) => {
        seen.push([program, args[1]]);
        return spawn(program, args, options);
      },
    });
    expect(seen).toEqual([[join(programs().directory, "postgres"), server.directory]]);
  });
});

function processesIn(directory: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readlinkSync(`/proc/${pid}/cwd`) === directory;
      } catch {
        return false;
      }
    });
}
