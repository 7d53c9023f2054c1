import { afterAll, beforeAll, expect, test } from "vitest";

import { post, type Answer } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { as } from "../../test/rules.ts";
import { startService, stopService, type Service } from "../../test/service.ts";
import { until } from "../../test/until.ts";
import { OUTCOMES, type Outcome } from "../transactions/reasons.ts";
import type { Report } from "./report-schema.ts";
import type { PastPayment } from "./testing/past.ts";
import { BLOCKED, LIMITS, OPEN, openWorld, progressOf, type World } from "./testing/world.ts";

const COUNT = 5000;
/** Decisions before the time that is backtested: windows look back at them. */
const BEFORE = 1000;
const EVALUATED = COUNT - BEFORE;
const HOUR = 3_600_000;
const PATIENCE = 180_000;

let world: World;

beforeAll(async () => {
  world = await openWorld(COUNT);
}, PATIENCE);
afterAll(() => world?.close());

interface Reckoned {
  readonly outcome: Outcome;
  readonly hits: readonly string[];
  readonly score: number;
}

/** What a version comes to, reckoned from the payments alone. */
function reckon(
  index: number,
  { large, window, many }: { large: number; window: string; many: number },
): Reckoned {
  const { at, debtor, creditor, amount } = world.payments[index] as PastPayment;
  const since = at - Number.parseInt(window, 10) * HOUR;
  const earlier = world.payments.slice(0, index + 1);
  const count = earlier.filter((one) => one.debtor === debtor && one.at > since).length;
  const hits = [
    ...(amount > large * 100 ? ["large"] : []),
    ...(BLOCKED.includes(creditor) ? ["listed"] : []),
    ...(count > many ? ["many"] : []),
  ];
  const severities: Record<string, number> = { large: 1, many: 2, listed: 3 };
  const scores: Record<string, number> = { large: 10, many: 40 };
  // The check of the amount asks for a review as well.
  const asked = [amount > 10_000 * 100 ? 1 : 0, ...hits.map((hit) => severities[hit] ?? 0)];
  const score = hits.reduce((sum, hit) => sum + (scores[hit] ?? 0), 0);
  return { outcome: OUTCOMES[Math.max(...asked)] as Outcome, hits, score };
}

function reckonAll() {
  return world.payments.slice(BEFORE).map((one, index) => ({
    ...one,
    was: reckon(BEFORE + index, LIMITS.live),
    wouldBe: reckon(BEFORE + index, LIMITS.draft),
  }));
}

function cellsOf(all: ReturnType<typeof reckonAll>) {
  return OUTCOMES.flatMap((was) => OUTCOMES.map((wouldBe) => ({ was, wouldBe }))).flatMap(
    ({ was, wouldBe }) => {
      const inside = all.filter((one) => one.was.outcome === was && one.wouldBe.outcome === wouldBe);
      const amounts = ["EUR", "USD"].flatMap((currency) => {
        const own = inside.filter((one) => one.currency === currency);
        return own.length === 0
          ? []
          : { currency, value: String(own.reduce((sum, { amount }) => sum + amount, 0)) };
      });
      const isChanged = was !== wouldBe;
      const examples = isChanged ? Math.min(20, inside.length) : 0;
      return inside.length === 0 ? [] : { was, wouldBe, transactions: inside.length, amounts, examples };
    },
  );
}

test(
  "the report on a draft with two changed rules is what one reckons from the payments",
  { timeout: PATIENCE },
  async () => {
    const { request, range, withRunner, ended, report, version } = world;
    const id = await request({ version: version.draft, ...range(BEFORE) });
    const done = await withRunner(() => ended(id));
    const progress = { done: EVALUATED, total: EVALUATED };
    expect(done.body).toMatchObject({ state: "done", failure: null, requestedBy: "ann", progress });

    const all = reckonAll();
    const told = await report(id);
    const cells = cellsOf(all);
    expect(told.outcomes.map(({ examples, ...cell }) => ({ ...cell, examples: examples.length }))).toEqual(
      cells,
    );
    expect(cells.length, "the changes are not trivial").toBeGreaterThan(7);
    for (const { was, wouldBe, examples } of told.outcomes) {
      const inside = all.filter((one) => one.was.outcome === was && one.wouldBe.outcome === wouldBe);
      expect(inside.map((one) => one.id)).toEqual(expect.arrayContaining(examples));
    }
    const changed = all.filter(({ was, wouldBe }) => was.outcome !== wouldBe.outcome).length;
    const shareChanged = changed / EVALUATED;
    expect(told.transactions).toEqual({ evaluated: EVALUATED, changed, shareChanged, notEvaluated: [] });
    for (const { rule, was, wouldBe, newlyHit, noLongerHit } of told.rules) {
      const then = new Set(all.filter((one) => one.was.hits.includes(rule)));
      const now = new Set(all.filter((one) => one.wouldBe.hits.includes(rule)));
      expect([was.hits, wouldBe.hits]).toEqual([then.size, now.size]);
      expect([newlyHit, noLongerHit]).toEqual([now.difference(then).size, then.difference(now).size]);
    }
    const mean = (side: "was" | "wouldBe") => all.reduce((sum, one) => sum + one[side].score, 0) / EVALUATED;
    expect([told.scores.was.mean, told.scores.wouldBe.mean]).toEqual([mean("was"), mean("wouldBe")]);
    expect(told.decidedBy).toEqual([{ version: version.live, transactions: EVALUATED }]);
    const inputs = new Map(told.inputs.map(({ kind, name, ...origins }) => [`${kind} ${name}`, origins]));
    expect(inputs.get("window count(2h, debtor.account)")).toEqual({
      recorded: 0,
      recomputed: EVALUATED,
      away: 0,
    });
    expect(inputs.get("list blocked_accounts")).toEqual({ recorded: EVALUATED, recomputed: 0, away: 0 });
  },
);

test("the version that decided comes to the same again, whatever the lists are now", async () => {
  const { request, range, withRunner, ended, report, version } = world;
  const id = await request({ version: version.live, ...range(0) });
  await withRunner(() => ended(id));
  const told = await report(id);
  expect(told.transactions).toMatchObject({ evaluated: COUNT, changed: 0, notEvaluated: [] });
  expect(told.rules.map(({ newlyHit, noLongerHit }) => newlyHit + noLongerHit)).toEqual([0, 0, 0]);
  expect([told.scores.higher, told.scores.lower]).toEqual([0, 0]);
  expect(told.inputs.every(({ recomputed, away }) => recomputed === 0 && away === 0)).toBe(true);
});

test(
  "a killed replica's backtest is taken over, and counts no transaction twice",
  { timeout: PATIENCE },
  async () => {
    const { postgres, request, range, read, withRunner, ended, report, version } = world;
    const wanted = { version: version.draft, ...range(0) };
    let slow: Service | undefined;
    try {
      slow = await startService(postgres.url(), { ...OPEN, BACKTEST_CPU_PERCENT: "4" });
      const id = await request(wanted);
      await until(async () => progressOf(await read(id)).done > 0, 90_000);
      slow.child.kill("SIGKILL");
      await slow.ended;
      expect(progressOf(await read(id)).done).toBeLessThan(COUNT);
      // As if the time of the lease had passed.
      await postgres.query("update backtests set lease_until = now() - interval '1 second' where id = $1", [
        id,
      ]);
      const whole = await request(wanted);
      const [done] = await withRunner(async () => [await ended(id), await ended(whole)]);
      expect(progressOf(done as Answer)).toMatchObject({ done: COUNT, total: COUNT });
      expect(await report(id)).toEqual(await report(whole));
    } finally {
      await stopService(slow);
    }
  },
);

test(
  "a cancelled backtest ends while decisions go on, and its replica takes the next one",
  { timeout: PATIENCE },
  async () => {
    const { app, postgres, request, range, read, withRunner, ended, version } = world;
    await withRunner(
      async () => {
        const id = await request({ version: version.draft, ...range(0) });
        await until(async () => (await read(id)).body["state"] === "running", 30_000);
        for (let index = 0; index < 20; index++) {
          expect((await post(app, payment({}, Date.now()))).status).toBe(200);
        }
        const next = await request({ version: version.live, ...range(COUNT - 10) });
        const cancel = (id: string) => as("bob", app, "DELETE", `/v1/backtests/${id}`);
        expect((await cancel(id)).body["state"]).toBe("cancelled");
        expect((await ended(next)).body["state"]).toBe("done");
        const cancelled = await read(id);
        expect(cancelled.body["state"]).toBe("cancelled");
        expect(progressOf(cancelled).done).toBeLessThan(COUNT);
        // Again: it is cancelled already. What is done cannot be.
        expect((await cancel(id)).status).toBe(200);
        expect((await cancel(next)).body.code).toBe("backtest_ended");
        const none = await as("bob", app, "GET", `/v1/backtests/${id}/report`);
        expect([none.status, none.body.code]).toEqual([409, "backtest_not_done"]);
      },
      { BACKTEST_CPU_PERCENT: "2" },
    );
    const acts = "select act from audit_events where act like 'backtest.%' order by at desc limit 3";
    expect((await postgres.query(acts)).rows.map(({ act }) => act)).toEqual([
      "backtest.cancelled",
      "backtest.requested",
      "backtest.requested",
    ]);
  },
);

const hitsOfMany = (told: Report) => told.rules.find(({ rule }) => rule === "many")?.wouldBe.hits ?? 0;

test("a sample is a share of the transactions, and windows count the others too", async () => {
  const { request, range, read, withRunner, ended, report, version } = world;
  const id = await request({ version: version.draft, ...range(BEFORE), sample: 0.25 });
  await withRunner(() => ended(id));
  const told = await report(id);
  expect(told.sample).toBe(0.25);
  const { evaluated } = told.transactions;
  expect(evaluated).toBeGreaterThan(EVALUATED / 5);
  expect(evaluated).toBeLessThan(EVALUATED / 3);
  const all = reckonAll().filter(({ wouldBe }) => wouldBe.hits.includes("many")).length;
  expect(hitsOfMany(told) / evaluated).toBeCloseTo(all / EVALUATED, 1);
  expect(progressOf(await read(id)).done).toBe(EVALUATED);
});
