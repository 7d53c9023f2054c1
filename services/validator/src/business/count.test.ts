// Days as they are counted from decisions: exactly, whoever counts, whatever is late, and whatever is cut off.
import { randomBytes } from "node:crypto";

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { until } from "../../test/until.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { inTransaction } from "../database/transaction.ts";
import { firstIdOf } from "../decisions/ids.ts";
import { OUTCOMES, type Outcome } from "../transactions/reasons.ts";
import { countNext } from "./count.ts";
import { forgetFrom } from "./count-repository.ts";
import { createCounter } from "./counter.ts";
import { DAY, dayOf, SLICE, sliceOf, startOf } from "./days.ts";
import { reportDays } from "./report.ts";

interface Made {
  readonly at: number;
  readonly currency: string;
  readonly outcome: Outcome;
  readonly amount: bigint;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** The first day that is not finished. */
const open = () => startOf(dayOf(Date.now() - DAY)) as number;
const today = () => startOf(dayOf(Date.now())) as number;
const made = (at: number, more: Partial<Made> = {}): Made => ({
  at,
  currency: "EUR",
  outcome: "approve",
  amount: 100n,
  ...more,
});

const sum = (of: readonly Made[]) => of.reduce((total, { amount }) => total + amount, 0n);

/** What the days from the first to the last should be. */
function expected(made: readonly Made[], first: number, last: number) {
  const days = [];
  for (let start = first; start <= last; start += DAY) {
    const own = made.filter(({ at }) => dayOf(at) === dayOf(start));
    days.push({
      day: dayOf(start),
      transactions: Object.fromEntries(
        OUTCOMES.map((each) => [each, BigInt(own.filter(({ outcome }) => outcome === each).length)]),
      ),
      volume: [...Map.groupBy(own, ({ currency }) => currency)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, of]) => ({
          currency,
          decided: sum(of),
          approved: sum(of.filter(({ outcome }) => outcome === "approve")),
        })),
    });
  }
  return days;
}

const decisionsAt = (at: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      at,
      currency: fc.constantFrom("EUR", "JPY", "XQQ"),
      outcome: fc.constantFrom(...OUTCOMES),
      amount: fc.oneof(fc.bigInt({ min: 1n, max: 1000n }), fc.constant(10n ** 18n - 1n)),
    }),
    { maxLength: 12 },
  );

onEngines("days", ({ engine, start }) => {
  let database: TestDatabase;
  let pools: Pools;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
  });
  afterAll(async () => {
    await pools?.close();
    await database?.stop();
  });
  beforeEach(forget);

  async function forget(): Promise<void> {
    for (const table of ["decisions", "business_slices", "business_days"])
      await database.query(`delete from ${table}`);
    await database.query("update business_progress set finished_to = $1, checked_to = $1, counted_to = $1", [
      new Date(0),
    ]);
  }

  /** As it is when an hour, or a day, has gone by: what was counted is looked at again. */
  const later = () =>
    database.query("update business_progress set finished_to = $1, checked_to = $1", [new Date(open())]);

  async function decide(made: readonly Made[]): Promise<void> {
    for (let first = 0; first < made.length; first += 200) {
      const values: unknown[] = [Buffer.alloc(32), new Date()];
      const rows = made.slice(first, first + 200).map(({ at, currency, outcome, amount }) => {
        const id = firstIdOf(at).slice(0, 24) + randomBytes(6).toString("hex");
        const places = [id, String(amount), currency, outcome].map((value) => `$${values.push(value)}`);
        return `(${places.join()}, $1, '{}', '[]', $2, $2, 'a', 'test')`;
      });
      await database.query(
        `insert into decisions (id, amount, currency, outcome, fingerprint, transaction, reasons, received_at, decided_at,
           zone, replica) values ${rows.join()}`,
        values,
      );
    }
  }

  /** To the end, by so many replicas at the same time; what was corrected. */
  async function count(replicas = 1): Promise<number[]> {
    const corrected: number[] = [];
    const one = async () => {
      for (
        let step = await countNext(pools.administration);
        step.isMore;
        step = await countNext(pools.administration)
      )
        if (step.corrected !== undefined) corrected.push(step.corrected);
    };
    await Promise.all(Array.from({ length: replicas }, one));
    return corrected;
  }

  const report = (first: number, last: number) =>
    reportDays(pools.administration, { first, last, fees: undefined });

  const told = async (first: number, last: number) =>
    (await report(first, last)).days.map(({ day, transactions, volume }) => ({ day, transactions, volume }));

  test("days are exact to the millisecond, in the order in which anything came in, whoever counts", async () => {
    const first = today() - 4 * DAY;
    const aroundMidnight = fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: -2, max: 2 }))
      .map(([days, ms]) => Math.max(first, first + days * DAY + ms));
    const anyTime = fc.integer({ min: first, max: Date.now() });
    // What is an hour old is looked at again.
    const lookedAt = fc.integer({ min: open(), max: Date.now() - HOUR - 2 * SLICE });
    await fc.assert(
      fc.asyncProperty(
        decisionsAt(fc.oneof(aroundMidnight, anyTime, fc.constant(Date.now()))),
        decisionsAt(lookedAt),
        decisionsAt(fc.oneof(lookedAt, fc.constant(open()))),
        async (early, meanwhile, late) => {
          await forget();
          await decide(early);
          await Promise.all([count(3), decide(meanwhile)]);
          await decide(late);
          // Whatever was not there when it was counted is found when it is looked at again.
          await later();
          await count(2);
          const last = today();
          expect(await told(first, last)).toEqual(expected([...early, ...meanwhile, ...late], first, last));
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  }, 60_000);

  test("a decision that comes in late is missed, found, and told of, once", async () => {
    const at = sliceOf(Date.now() - 2 * HOUR);
    await decide([made(at), made(at + 1)]);
    expect(await count()).toEqual([]);
    await decide([made(at + SLICE - 1, { outcome: "decline", amount: 7n }), made(at + 3 * SLICE)]);
    const day = startOf(dayOf(at)) as number;
    expect((await told(day, day + DAY))[0]?.transactions["approve"]).toBe(2n);
    await later();
    expect(await count()).toEqual([at, at + 3 * SLICE]);
    await later();
    expect(await count()).toEqual([]);
    const all = [made(at), made(at), made(at, { outcome: "decline", amount: 7n }), made(at + 3 * SLICE)];
    expect(await told(day, day + DAY)).toEqual(expected(all, day, day + DAY));
  });

  test("a day is finished a day later: what was counted becomes one row for each currency and outcome", async () => {
    const day = today() - 3 * DAY;
    const all = Array.from({ length: 60 }, (_, index) =>
      made(day + (index * DAY) / 60, { currency: index % 2 === 0 ? "EUR" : "USD" }),
    );
    const after = [made(today() - DAY + HOUR), made(Date.now() - MINUTE)];
    await decide([...all, ...after]);
    await count(4);
    const { rows } = await database.query("select day, currency from business_days order by currency");
    expect(rows).toEqual([
      { day: dayOf(day), currency: "EUR" },
      { day: dayOf(day), currency: "USD" },
    ]);
    const { rows: slices } = await database.query("select distinct day from business_slices");
    expect(slices.every(({ day: of }) => of >= dayOf(today() - DAY))).toBe(true);
    const { days } = await report(day, today());
    expect(days.map(({ isFinished }) => isFinished).slice(0, 2)).toEqual([true, true]);
    expect(days.at(-1)?.isFinished).toBe(false);
    expect(await told(day, today())).toEqual(expected([...all, ...after], day, today()));
  });

  test("the newest minutes are there at once, and how far it was counted is told where it is behind", async () => {
    await decide([made(Date.now() - 40 * MINUTE), made(Date.now()), made(Date.now() + 20 * MINUTE)]);
    const behind = await report(today(), today());
    expect(behind.countedTo).toBe(0);
    expect(behind.days[0]?.volume).toEqual([]);
    await count();
    const first = today() - DAY;
    const { countedTo, days } = await report(first, today() + DAY);
    expect(Math.abs(countedTo - Date.now())).toBeLessThan(MINUTE);
    expect(days.reduce((sum, { transactions }) => sum + transactions.approve, 0n)).toBe(3n);
  });

  test("what comes in after a day is finished is found when it is counted anew", async () => {
    const day = today() - 5 * DAY;
    const all = [made(day), made(day + DAY, { currency: "USD" }), made(day + 2 * DAY)];
    await decide(all);
    await count();
    const late = made(day + DAY + 1, { outcome: "decline" });
    await decide([late]);
    expect(await count()).toEqual([]);
    await inTransaction(pools.administration, "write", (session) => forgetFrom(session, day + DAY));
    await count(2);
    expect(await told(day, today())).toEqual(expected([...all, late], day, today()));
  });

  test("where nothing was decided for years it is passed over at once", async () => {
    await decide([made(Date.parse("2001-01-01T00:00:00Z")), made(Date.parse("2024-02-29T12:00:00Z"))]);
    const began = performance.now();
    await count();
    expect(performance.now() - began).toBeLessThan(5000);
    const leap = Date.parse("2024-02-29T00:00:00Z");
    expect((await report(leap, leap)).days[0]).toMatchObject({
      day: "2024-02-29",
      isFinished: true,
      signUps: 0,
    });
  });

  describe.skipIf(engine !== "postgresql")("and whatever is cut off", () => {
    test("is done again as a whole", async () => {
      const day = today() - 2 * DAY;
      const all = Array.from({ length: 40 }, (_, index) => made(day + index * SLICE));
      await decide(all);
      const attempts = Array.from({ length: 3 }, () => count().catch(() => []));
      await Promise.all([
        ...attempts,
        (async () => {
          for (let times = 0; times < 10; times++)
            await database.query(
              "select pg_terminate_backend(pid) from pg_stat_activity where query like '%business_%' and pid <> pg_backend_pid()",
            );
        })(),
      ]);
      await until(async () => (await count().catch(() => undefined)) !== undefined, 10_000);
      expect(await told(day, day + DAY)).toEqual(expected(all, day, day + DAY));
    });
  });

  const slices = async () => (await database.query("select day from business_slices")).rows.length;

  test("a replica counts by itself, goes on when the database comes back, and stops", async () => {
    const warnings: string[] = [];
    const log = { warn: (_: object, message: string) => void warnings.push(message) };
    const counter = createCounter({ pool: pools.administration, log, first: 50, poll: 50 });
    counter.start();
    try {
      await decide([made(Date.now() - 20 * MINUTE)]);
      await until(async () => (await slices()) === 1, 5000);
      await database.kill();
      await until(() => warnings.length > 0, 10_000);
      await database.start();
      await decide([made(Date.now() - 10 * MINUTE)]);
      await database.query(
        "update business_progress set finished_to = $1, checked_to = $1, counted_to = $1",
        [new Date(Date.now() - HOUR)],
      );
      await until(async () => (await slices()) === 2, 10_000);
      expect(warnings).toEqual(["decisions could not be counted; trying again"]);
    } finally {
      await counter.stop();
    }
  });
});
