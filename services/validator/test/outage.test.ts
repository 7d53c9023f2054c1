// What an outage of the database, or the end of the process, does to requests that are under way.
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { verifyAudit } from "../src/audit/verify.ts";
import { connect } from "../src/database/open.ts";
import { migrate } from "../src/database/migrator.ts";
import { payment } from "./payments.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";
import { startService, stopService, type Service } from "./service.ts";
import { until } from "./until.ts";

let postgres: TestPostgres;
let service: Service;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
  service = await startService(postgres.url());
});
afterAll(async () => {
  agent.destroy();
  await stopService(service);
  await postgres?.stop();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: { id: string } & Record<string, unknown>;
  /** Milliseconds. */
  took: number;
}

function call(
  url: string,
  method: string,
  content?: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const options = {
      method,
      agent,
      headers: { ...headers, ...(content && { "content-type": "application/json" }) },
    };
    const sent = request(url, options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", reject);
      response.on("end", () => {
        const took = performance.now() - start;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: JSON.parse(text),
          took,
        });
      });
    });
    sent.on("error", reject);
    sent.end(content && JSON.stringify(content));
  });
}

// One body for all: a key may come again.
const body = payment({}, Date.now());
const pay = (key?: string) =>
  call(`${service.url}/v1/transactions`, "POST", body, key ? { "idempotency-key": key } : {});
const ready = async () => (await call(`${service.url}/readyz`, "GET")).status === 200;

test("kill -9 of the database under writes loses nothing that was acknowledged", async () => {
  const acknowledged: string[] = [];
  const statuses = new Map<number, number>();
  const stop = new AbortController();
  const writers = Array.from({ length: 32 }, async (_, index) => {
    for (let n = 0; !stop.signal.aborted; n++) {
      const key = index % 2 === 0 ? `writer-${index}-${n}` : undefined;
      const { status, body: decision } = await pay(key);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === 200) acknowledged.push(decision.id);
    }
  });
  for (let round = 1; round <= 3; round++) {
    const sofar = acknowledged.length;
    await until(() => acknowledged.length > sofar + 300, 15_000);
    await postgres.kill();
    await postgres.start();
  }
  const sofar = acknowledged.length;
  await until(() => acknowledged.length > sofar + 300, 15_000);
  stop.abort();
  await Promise.all(writers);

  const { rows } = await postgres.query("select id from decisions where id = any($1::uuid[])", [
    acknowledged,
  ]);
  expect(rows.length).toBe(new Set(acknowledged).size);
  expect(new Set(acknowledged).size, "no two requests got one decision").toBe(acknowledged.length);
  // A restart is short: the requests under way waited for it.
  expect([...statuses.keys()]).toEqual([200]);
  expect(service.child.exitCode).toBeNull();
  // Retried batches did not store a row twice under other ids: every stored row was acknowledged to somebody.
  const { rows: stored } = await postgres.query("select count(*)::int as n from decisions");
  expect(stored[0].n).toBe(acknowledged.length);
  // Whatever became of the writes that were cut off, the audit trail holds together.
  const connection = await connect({ url: postgres.url(), name: "test", connectTimeout: 5000 });
  const report = await verifyAudit(connection).finally(() => connection.release());
  expect([report.findings, report.decisions]).toEqual([[], acknowledged.length]);
});

test.runIf(process.platform === "linux")(
  "a database that hangs holds no request longer than five seconds",
  async () => {
    const key = randomUUID();
    await until(ready, 5000);
    postgres.freeze();
    const [posted, health, read, unready] = await Promise.all([
      pay(key),
      call(`${service.url}/healthz`, "GET"),
      call(`${service.url}/v1/transactions/${randomUUID()}`, "GET"),
      call(`${service.url}/readyz`, "GET"),
    ]).finally(() => postgres.thaw());
    expect(health.status).toBe(200);
    expect(unready.status).toBe(503);
    for (const { status, headers, took } of [posted, read]) {
      expect([status, headers["retry-after"]]).toEqual([503, "1"]);
      expect(took).toBeLessThan(5500);
    }
    await until(ready, 10_000);
    // The first attempt may have been stored or not; with its key there is one decision in the end.
    expect((await pay(key)).status).toBe(200);
    const { rows } = await postgres.query(
      "select count(*)::int as n from decisions where idempotency_key = $1",
      [key],
    );
    expect(rows[0].n).toBe(1);
  },
);

test("a read-only former primary is left and tried again", async () => {
  await postgres.query("alter system set default_transaction_read_only = on");
  await postgres.query("select pg_reload_conf()");
  await until(
    async () =>
      (await postgres.query("show default_transaction_read_only")).rows[0].default_transaction_read_only ===
      "on",
    5000,
  );
  const paid = pay();
  await until(
    () => service.log.some(({ err }) => (err as { code?: string } | undefined)?.code === "25006"),
    5000,
  );
  await postgres.query("alter system reset default_transaction_read_only");
  await postgres.query("select pg_reload_conf()");
  expect((await paid).status).toBe(200);
});

test("SIGTERM answers what is under way, says Connection: close, and ends with 0", async () => {
  const leaving = await startService(postgres.url(), { DRAIN_DELAY_MS: "300" });
  try {
    const send = () => call(`${leaving.url}/v1/transactions`, "POST", body);
    await send();
    const stop = new AbortController();
    const answers: Answer[] = [];
    let refused = 0;
    const senders = Array.from({ length: 8 }, async () => {
      while (!stop.signal.aborted) {
        try {
          answers.push(await send());
        } catch {
          // The port is closed: only now may a request fail.
          refused++;
          return;
        }
      }
    });
    await until(() => answers.length > 50, 10_000);
    leaving.child.kill("SIGTERM");
    await until(async () => (await call(`${leaving.url}/readyz`, "GET")).status === 503, 2000);
    expect(await leaving.ended).toBe(0);
    stop.abort();
    await Promise.all(senders);
    expect(refused).toBeGreaterThan(0);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.at(-1)?.headers["connection"]).toBe("close");
    const ids = answers.map(({ body }) => body.id);
    const { rows } = await postgres.query(
      "select count(*)::int as n from decisions where id = any($1::uuid[])",
      [ids],
    );
    expect(rows[0].n).toBe(ids.length);
  } finally {
    await stopService(leaving);
  }
});

test.each(["main.ts", "migrate.ts"])(
  "%s without its environment says all that is wrong in one line, and ends with 1",
  (file) => {
    const program = join(import.meta.dirname, "..", "src", file);
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], {
      env: { DATABASE_URL: "http://here/now", PORT: "-1" },
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([1, ""]);
    expect(JSON.parse(stdout)).toMatchObject({
      msg: "The environment is not complete: DATABASE_URL must be a postgresql:// or mysql:// address; PORT must be a whole number from 0 to 65535.",
    });
  },
);
