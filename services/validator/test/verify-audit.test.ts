// The command that verifies the audit trail, as its users run it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { migrate } from "../src/database/migrator.ts";
import type { App } from "../src/app.ts";
import { appOn, post } from "./apps.ts";
import { payment } from "./payments.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";
import { until } from "./until.ts";

let postgres: TestPostgres;
let app: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  app = await appOn(postgres.url());
});
afterAll(async () => {
  await app?.server.close();
  await postgres?.stop();
});

function verify(args: string[] = [], url = postgres.url()) {
  const program = join(import.meta.dirname, "..", "src", "verify-audit.ts");
  const env = { DATABASE_URL: url };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test("a sound trail, an altered one, and what was kept of it", async () => {
  const { body } = await post(app, payment({}, Date.now()));
  // The service writes anchors by itself.
  await until(async () => (await postgres.query("select from audit_anchors")).rowCount !== 0, 10_000);
  const { rows } = await postgres.query(
    "select number, encode(hash, 'hex') as hash from audit_anchors limit 1",
  );
  const kept = `--anchor=${rows[0].number}:${rows[0].hash}`;
  const sound = verify([kept]);
  expect(sound).toMatchObject({ status: 0, stderr: "" });
  expect(sound.stdout).toMatch(
    /^sound: 1 decisions, 1 acts, 2 links and \d+ anchors in [\d.]+ s \(\d+ rows\/s\)\n/,
  );

  await postgres.query("update decisions set outcome = 'decline' where id = $1", [body.id]);
  const altered = verify();
  expect(altered.status).toBe(1);
  expect(altered.stdout).toContain("NOT sound: 1 findings");
  expect(altered.stdout).toContain(`decisions ${body.id}`);
  expect(JSON.parse(verify(["--json"]).stdout)).toMatchObject({
    sound: false,
    first: { table: "decisions", id: body.id, time: body["receivedAt"] },
  });
  const later = new Date(Date.now() + 60_000).toISOString();
  expect(verify([`--since=${later}`]).status, "what is older is taken as it is").toBe(0);
  expect(verify([`--since=${later}`, `--anchor=${rows[0].number}:${"0".repeat(64)}`]).status).toBe(1);
});

test.each([
  [["--since", "yesterday"], "--since takes an RFC 3339 date-time"],
  [["--anchor", "1"], "--anchor takes a number and a hash"],
  [["--what"], "--json"],
])("%j is a mistake that is explained", (args, message) => {
  const { status, stderr } = verify(args);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/ {4}at /);
});

test("a database that is away cannot be verified", () => {
  const { status, stderr } = verify([], "postgresql://nobody@127.0.0.1:1/none");
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/^The audit trail could not be read: .*ECONNREFUSED/),
  ]);
});
