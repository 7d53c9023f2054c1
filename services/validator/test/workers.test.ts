import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { migrate } from "../src/database/migrator.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";
import { startService, stopService, type Service } from "./service.ts";
import { until } from "./until.ts";

const WORKERS = 4;

/** The processes that the primary has, by what Linux says. */
function childrenOf(pid: number): number[] {
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return pids === "" ? [] : pids.split(" ").map(Number);
}

/** All series of a metric together. */
function sum(exposition: string, name: string): number {
  return exposition
    .split("\n")
    .filter((line) => line.startsWith(name))
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

describe.skipIf(process.platform !== "linux")("four workers that share a port", () => {
  let postgres: TestPostgres;
  let service: Service;
  beforeAll(async () => {
    postgres = await startPostgres();
    await migrate({ url: postgres.url(), deadline: 30_000 });
    service = await startService(postgres.url(), {
      WORKERS: String(WORKERS),
      METRICS_PORT: "0",
      AUTHENTICATION: "open",
      REPLICA: "api-1",
      WORKER_SILENCE_MS: "4000",
    });
    await allListen();
  });
  afterAll(async () => {
    await stopService(service);
    await postgres.stop();
  });

  const listening = () => service.log.filter(({ msg }) => /listening at/.test(String(msg)));
  const allListen = (count = WORKERS) => until(() => listening().length >= count, 25_000);
  const workers = () => childrenOf(service.child.pid as number);
  /** Each on a connection of its own, for it is connections that workers share. */
  const health = async () => {
    const answer = await fetch(`${service.url}/health`, { headers: { connection: "close" } });
    await answer.arrayBuffer();
    return answer.status;
  };
  const metrics = async () => {
    const { port } = service.log.find(({ msg }) => msg === "metrics can be read") as { port: number };
    return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  };

  it("are told apart by name, and take no more connections together than one process does", async () => {
    expect(workers()).toHaveLength(WORKERS);
    expect(new Set(listening().map(({ replica }) => replica))).toEqual(
      new Set(["api-1-1", "api-1-2", "api-1-3", "api-1-4"]),
    );
    await Promise.all(Array.from({ length: 200 }, health));
    const ready = await Promise.all(Array.from({ length: 60 }, () => fetch(`${service.url}/readyz`)));
    expect(ready.map(({ status }) => status)).toEqual(ready.map(() => 200));
    const { rows } = await postgres.query(
      "select application_name from pg_stat_activity where application_name like 'validator api-1-%'",
    );
    expect(rows.length).toBeGreaterThanOrEqual(WORKERS);
    expect(rows.length).toBeLessThanOrEqual(20);
  });

  it("show their metrics as those of one replica", async () => {
    const before = sum(await metrics(), "http_requests_total");
    await Promise.all(Array.from({ length: 40 }, health));
    await until(async () => sum(await metrics(), "http_requests_total") === before + 40, 5000);
    const all = await metrics();
    // The version that decides is not four times itself.
    expect(all).toMatch(/^validator_rule_set_version 1$/m);
    expect(sum(all, "validator_database_connections")).toBeGreaterThanOrEqual(WORKERS);
  });

  it("go on serving when one is killed, which is replaced", async () => {
    const before = workers();
    const listened = listening().length;
    const killed = before[1] as number;
    process.kill(killed, "SIGKILL");
    // What it had taken is lost with it; from then on nothing is.
    await until(() => !workers().includes(killed), 5000);
    const answers = await Promise.all(Array.from({ length: 100 }, health));
    expect(new Set(answers)).toEqual(new Set([200]));
    await allListen(listened + 1);
    const after = workers();
    expect(after).toHaveLength(WORKERS);
    expect(after.filter((pid) => before.includes(pid))).toHaveLength(WORKERS - 1);
    expect(service.log.some(({ msg, signal }) => msg === "a worker has ended" && signal === "SIGKILL")).toBe(
      true,
    );
  });

  it("end one that hangs, and serve meanwhile", async () => {
    const listened = listening().length;
    const [stuck] = workers() as [number];
    process.kill(stuck, "SIGSTOP");
    // It takes no connection, so that nobody has to wait for it.
    await until(async () => {
      expect(await health()).toBe(200);
      return listening().length > listened;
    }, 60_000);
    expect(workers()).not.toContain(stuck);
  }, 90_000);

  it("drain together on SIGTERM, and end well", async () => {
    service.child.kill("SIGTERM");
    expect(await service.ended).toBe(0);
    expect(service.log.filter(({ msg }) => msg === "stopped")).toHaveLength(WORKERS);
  });

  it("end the service where none of them can come up", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const child = spawn(process.execPath, [join(import.meta.dirname, "..", "src", "main.ts")], {
      env: { PATH: process.env["PATH"], DATABASE_URL: postgres.url(), WORKERS: "2", PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    taken.close();
    expect(code).toBe(1);
    expect(output).toContain(`127.0.0.1:${port} could not be opened`);
    expect(output).toContain("no worker has come up");
  }, 90_000);
});
