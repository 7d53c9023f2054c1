// A backtest of the same past finds the same on both engines.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ENGINES } from "../../test/engines.ts";
import { withoutMariadb, whyWithoutMariadb } from "../../test/mariadb.ts";
import type { Report } from "./report-schema.ts";
import { openWorld, progressOf, type World } from "./testing/world.ts";

const COUNT = 1200;
const BEFORE = 400;

/** Ids and times are each past's own. */
const essence = ({ outcomes, rules, transactions }: Report) => ({
  transactions,
  rules: rules.map(({ newlyHitExamples: hit, noLongerHitExamples: missed, ...rule }) => ({
    ...rule,
    examples: [hit.length, missed.length],
  })),
  outcomes: outcomes.map(({ examples, ...cell }) => ({ ...cell, examples: examples.length })),
});

describe.skipIf(withoutMariadb)(`backtests on both engines${whyWithoutMariadb}`, () => {
  const worlds: World[] = [];

  beforeAll(async () => {
    for (const { start } of ENGINES) worlds.push(await openWorld(COUNT, start));
  }, 120_000);
  afterAll(async () => {
    for (const world of worlds) await world.close();
  });

  test("the whole of it, and a sample that is evaluated", { timeout: 120_000 }, async () => {
    const reports = [];
    for (const { request, range, version, withRunner, ended, report, read } of worlds) {
      const id = await request({ version: version.draft, ...range(BEFORE) });
      const sampled = await request({ version: version.draft, ...range(BEFORE), sample: 0.5 });
      const [done, other] = await withRunner(() => Promise.all([ended(id), ended(sampled)]));
      expect(progressOf(done as Awaited<ReturnType<typeof read>>)).toMatchObject({
        done: COUNT - BEFORE,
        total: COUNT - BEFORE,
      });
      expect(other?.body).toMatchObject({ state: "done" });
      const part = await report(sampled);
      expect(part.transactions.evaluated).toBeGreaterThan((COUNT - BEFORE) / 4);
      expect(part.transactions.evaluated).toBeLessThan(((COUNT - BEFORE) * 3) / 4);
      reports.push(essence(await report(id)));
    }
    expect(reports[0]?.transactions.changed).toBeGreaterThan(10);
    expect(reports[1]).toEqual(reports[0]);
  });
});
