// Business figures as people, Prometheus and operators see them.
import { execFile } from "node:child_process";
import { randomUUIDv7 } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { bearer, call, type Clock, invitationByCommand, signIn, signUp } from "../../test/people.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { startRedis, type TestRedis, whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { as } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { firstIdOf } from "../decisions/ids.ts";
import { DAY, dayOf } from "./days.ts";

const FEES = JSON.stringify([
  { currency: "EUR", from: "2026-01-01", perTransaction: "1.5", basisPoints: "0.01" },
  { currency: "JPY", from: "2026-01-01", basisPoints: 100 },
]);

let postgres: TestPostgres;
let app: App;
let withFees: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  [app, withFees] = await Promise.all([
    appOn(postgres.url(), { AUTHENTICATION: "open" }),
    appOn(postgres.url(), { AUTHENTICATION: "open", BUSINESS_FEES: FEES }),
  ]);
});
afterAll(async () => {
  await Promise.all([app?.server.close(), withFees?.server.close()]);
  await postgres?.stop();
});

interface DayBody {
  day: string;
  finished: boolean;
  signUps: number;
  transactions: Record<string, number>;
  volume: { currency: string; decided: string; approved: string }[];
  revenue?: { currency: string; amount: string }[];
}

async function days(query = "", on = app): Promise<DayBody[]> {
  const { status, body } = await as("vera", on, "GET", `/v1/business/days${query}`);
  expect(status).toBe(200);
  return body["items"] as DayBody[];
}

const volume = async () => (await days("?from=2026-03-01&to=2026-03-01"))[0]?.volume;

const today = () => dayOf(Date.now());

test("what was just decided is in today's figures, with what it earns where fees are known", async () => {
  // Until it was counted for the first time, nothing is told of today.
  await until(async () => {
    const { body } = await as("vera", app, "GET", "/v1/business/days");
    return Date.parse(String(body["countedTo"])) > Date.now() - 60_000;
  }, 10_000);
  const before = (await days())[29] as DayBody;
  const pay = async (value: string, currency: string) => {
    const decided = await post(withFees, payment({ instructedAmount: { value, currency } }, Date.now()));
    expect(decided.status).toBe(200);
    return decided.body.outcome;
  };
  await until(async () => (await post(withFees, payment({}, Date.now()))).status === 200, 10_000);
  const outcomes = [await pay("125000", "EUR"), await pay("1", "QQQ"), await pay("99999900", "EUR")];
  expect(outcomes.slice(1)).toEqual(["decline", "review"]);
  const day = (await days()).at(-1) as DayBody;
  expect(day).toMatchObject({ day: today(), finished: false });
  expect(day.transactions["decline"]).toBe((before.transactions["decline"] ?? 0) + 1);
  expect(day.revenue, "nothing is known of fees, which is not 0").toBeUndefined();
  const earning = (await days("", withFees)).at(-1) as DayBody;
  const euros = earning.volume.find(({ currency }) => currency === "EUR");
  const many = Object.values(earning.transactions).reduce((sum, count) => sum + count, 0) - 1;
  const exact = many * 1.5 + Number(euros?.approved) / 1_000_000;
  expect(earning.revenue).toEqual([{ currency: "EUR", amount: expect.any(String) }]);
  expect(Math.abs(Number(earning.revenue?.[0]?.amount) - exact)).toBeLessThanOrEqual(0.5);
});

test("the same is counted for Prometheus, and currencies that there are not are one", async () => {
  const metrics = await withFees.instruments.registry.metrics();
  expect(metrics).toMatch(/^validator_volume_minor_units_total\{currency="EUR",outcome="review"\} \d{8,}$/m);
  expect(metrics).toMatch(/^validator_volume_minor_units_total\{currency="other",outcome="decline"\} 1$/m);
  expect(metrics).toMatch(/^validator_revenue_minor_units_total\{currency="EUR"\} [1-9][\d.]*$/m);
  expect(metrics).not.toMatch(/QQQ/);
  expect(await app.instruments.registry.metrics()).not.toContain("revenue");
});

test("every day is told, and people are counted once, on the day on which they signed up first", async () => {
  const noon = Math.floor(Date.now() / DAY) * DAY - 5 * DAY + DAY / 2;
  const acts = [
    ["erika", "person.signed_up", noon - DAY / 2],
    ["erika", "person.reset", noon],
    ["erika", "person.signed_up", noon + DAY],
    ["max", "person.signed_up", noon + DAY / 2 - 1],
    ["moritz", "person.signed_up", noon + DAY / 2],
  ] as const;
  for (const [name, act, at] of acts) {
    await postgres.query(
      "insert into audit_events (id, actor, act, subject, details, at) values ($1, $2, $3, $4, '{}', $5)",
      [randomUUIDv7(), name, act, `people/${name}`, new Date(at)],
    );
  }
  const found = await days(`?from=${dayOf(noon - DAY)}&to=${dayOf(noon + 2 * DAY)}`);
  expect(found.map(({ day, signUps }) => [day, signUps])).toEqual([
    [dayOf(noon - DAY), 0],
    [dayOf(noon), 2],
    [dayOf(noon + DAY), 1],
    [dayOf(noon + 2 * DAY), 0],
  ]);
});

test.each([
  ["?from=2026-02-30", "/from"],
  ["?to=yesterday", "/to"],
  ["?from=2026-02-02&to=2026-02-01", "/from"],
  ["?from=2025-01-01&to=2026-01-02", "/from"],
  ["?from=1969-12-31", "/from"],
])("%s is no range of days", async (query, pointer) => {
  const { status, body } = await as("vera", app, "GET", `/v1/business/days${query}`);
  expect([status, body.code, body.reasons[0]?.pointer]).toEqual([400, "invalid_request", pointer]);
});

test("a year is told at once, and a submitter is told nothing", async () => {
  expect(await days("?from=2024-01-01&to=2024-12-31")).toHaveLength(366);
  const made = await as("root", app, "POST", "/v1/api-keys", { name: "s", owner: "s", roles: ["submitter"] });
  const authorization = `Bearer ${String(made.body["key"])}`;
  expect((await ask(app, { url: "/v1/business/days", headers: { authorization } })).status).toBe(403);
});

test("a command counts days anew, and says what it takes", async () => {
  const program = join(import.meta.dirname, "..", "recount-business.ts");
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [program, ...args], {
      env: { ...process.env, DATABASE_URL: postgres.url() },
    });
  const at = Date.parse("2026-03-01T10:00:00Z");
  await run("--from", "2026-02-27");
  await postgres.query(
    `insert into decisions (id, amount, currency, outcome, fingerprint, transaction, reasons, received_at, decided_at, zone,
       replica) values ($1, 70, 'EUR', 'approve', $2, '{}', '[]', now(), now(), 'a', 'test')`,
    [firstIdOf(at), Buffer.alloc(32)],
  );
  expect(await volume()).toEqual([]);
  expect((await run("--from", "2026-03-01")).stdout).toContain("Counted anew");
  expect(await volume()).toEqual([{ currency: "EUR", decided: "70", approved: "70" }]);
  await expect(run("--from", "yesterday")).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("Usage"),
  });
});

describe.skipIf(withoutRedis)(`sign-ups${whyWithoutRedis}`, () => {
  let redis: TestRedis;
  let own: App;
  const clock: Clock = { now: Date.now() };

  beforeAll(async () => {
    redis = await startRedis();
    own = await appOn(postgres.url(), { AUTHENTICATION: "required", CACHE_URL: redis.url }, () => clock.now);
  });
  afterAll(async () => {
    await own?.server.close();
    await redis?.stop();
  });

  test("are counted once for each person, however often they are reset", async () => {
    const invitation = await invitationByCommand(postgres.url(), "--name", "root", "--role", "administrator");
    const root = await signUp(own, clock, invitation);
    let token: unknown;
    await until(async () => {
      token = (await signIn(own, clock, root)).body["accessToken"];
      return token !== undefined;
    }, 10_000);
    const invite = { name: "rita", displayName: "Rita", roles: ["viewer"] };
    const invited = await call(own, "POST", "/v1/people", invite, bearer(token));
    await signUp(own, clock, invited.body["invitation"]);
    const count = async () =>
      Number(/^validator_sign_ups_total (\d+)$/m.exec(await own.instruments.registry.metrics())?.[1]);
    expect(await count()).toBe(2);
    const again = await call(own, "POST", "/v1/people/rita/reset", { reason: "lost" }, bearer(token));
    clock.now += 30_000;
    await signUp(own, clock, again.body["invitation"]);
    expect(await count()).toBe(2);
    expect((await days())[29]?.signUps).toBe(2);
  });
});
