import { describe, expect, it } from "vitest";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import { judge, promisesAbout, promisesOf, verdictOf } from "./judge.ts";
import type { Ledger } from "./ledger.ts";
import { reportOf, spreadOf } from "./report.ts";
import { ENTRY } from "./round-targets.ts";
import type { RoundFigures, TargetFigures } from "./round.ts";

const LEDGER: Ledger = { acknowledged: 100, stored: 100, lost: 0, unacknowledged: 0, lossMs: 0, gaps: 0 };
const TARGET: TargetFigures = {
  target: ENTRY,
  answeredBefore: 50,
  sentAfter: 20,
  failed: 3,
  errors: [],
  outageMs: 400,
  longestGapMs: 390,
  p95BeforeMs: 5,
  p95AfterMs: 6,
  ledger: LEDGER,
};

function round(target: Partial<TargetFigures> = {}, change: Partial<RoundFigures> = {}): RoundFigures {
  return {
    way: "kill",
    what: "something is killed",
    isBroken: true,
    isWhole: true,
    at: "2026-01-01T00:00:00.000Z",
    detectionMs: 50,
    recoveryMs: 4000,
    healedMs: null,
    targets: [{ ...TARGET, ...target }],
    figures: {},
    lossWithinMs: null,
    left: [],
    ...change,
  };
}

const within = (withinMs: number, kind: "recovery" | "continuity" | "data-loss" = "recovery") =>
  ({ id: "one", kind, withinMs, claim: null }) as const;

const small = (change: object) => resolve(smallWith(change), "production");

describe("an objective", () => {
  it("is compared with the worst round", () => {
    const rounds = [round(), round({ outageMs: 900 })];
    expect(judge(within(900), rounds)).toMatchObject({ verdict: "holds", measuredMs: 900 });
    expect(judge(within(899), rounds)).toMatchObject({ verdict: "fails", measuredMs: 900 });
    expect(judge(within(60_000), [round({ outageMs: null })])).toMatchObject({
      verdict: "fails",
      measuredMs: null,
    });
    expect(judge(within(300, "continuity"), rounds)).toMatchObject({ verdict: "fails", measuredMs: 390 });
    const loss = round({ ledger: { ...LEDGER, lost: 4, lossMs: 4500 } });
    expect(judge(within(5000, "data-loss"), [loss])).toMatchObject({ verdict: "holds", measuredMs: 4500 });
  });

  it.each([
    ["no round", []],
    ["no answer before the fault", [round({ answeredBefore: 0 })]],
    ["no request after it", [round({ sentAfter: 0 })]],
    ["requests that failed before", [round({}, { isBroken: false })]],
    ["nobody who asks", [round({}, { targets: [] })]],
    ["one round of two that measured nothing", [round(), round({ sentAfter: 0 })]],
  ])("with %s is inconclusive", (_, rounds) => {
    const judged = judge(within(60_000), rounds);
    expect(judged.verdict).toBe("inconclusive");
    expect(verdictOf(rounds, [judged], {})).toBe("inconclusive");
  });
});

describe("all together", () => {
  const held = judge(within(60_000), [round()]);

  it("holds where everything does, or nothing is promised", () => {
    expect(verdictOf([round()], [held], {})).toBe("holds");
    expect(verdictOf([round()], [], {})).toBe("holds");
  });

  it.each([
    ["an objective does", [round()], [judge(within(1), [round()])]],
    ["service did not come back", [round({ outageMs: null })], []],
    ["a write was lost", [round({ ledger: { ...LEDGER, lost: 1, lossMs: 10 } })], []],
    ["the twin is left broken", [round({ answeredBefore: 0 }, { left: ["database"] })], []],
  ])("fails where %s", (_, rounds, judged) => expect(verdictOf(rounds, judged, {})).toBe("fails"));

  it("lets a restore lose its end, and nothing else", () => {
    const [end, gap] = [0, 1].map((gaps) => round({ ledger: { ...LEDGER, lost: 2, lossMs: 100, gaps } }));
    expect(verdictOf([end as RoundFigures], [], { mayLose: true })).toBe("holds");
    expect(verdictOf([gap as RoundFigures], [], { mayLose: true })).toBe("fails");
  });
});

describe("what is promised", () => {
  const objective = {
    id: "crash",
    kind: "recovery",
    from: "replica-crash",
    within: "1m",
    claim: { text: "soon", line: 1 },
  };
  it("is the objective about the fault, else the recovery time objective", () => {
    const architecture = small({ objectives: [objective], recovery: { rto: "15m", rpo: "5m" } });
    expect(promisesAbout(architecture, "replica-crash")).toEqual([
      { id: "crash", kind: "recovery", withinMs: 60_000, claim: "soon" },
    ]);
    expect(promisesAbout(architecture, "zone-failure")).toEqual([
      { id: null, kind: "recovery", withinMs: 900_000, claim: null },
    ]);
    expect(promisesAbout(architecture, "disaster").map(({ kind, withinMs }) => [kind, withinMs])).toEqual([
      ["recovery", 900_000],
      ["data-loss", 300_000],
    ]);
  });

  it("is also what the twin says of its archive", () => {
    const of = (lossWithinMs: number) => round({ ledger: { ...LEDGER, lossMs: 3000 } }, { lossWithinMs });
    expect(promisesOf([of(5000), of(4000)])).toMatchObject([{ kind: "data-loss", withinMs: 4000 }]);
    expect(promisesOf([round()])).toEqual([]);
  });

  it("may be nothing", () => expect(promisesAbout(small({}), "zone-failure")).toEqual([]));
});

describe("a report", () => {
  it("has the figures of the drill's own clients, and the counts of all", () => {
    const rounds = [100, null, 300].map((outageMs) =>
      round(
        {},
        {
          targets: [
            { ...TARGET, failed: 1 },
            { ...TARGET, target: "database", failed: 2, outageMs },
          ],
        },
      ),
    );
    const drill = { name: "database-failure", seenBy: "store" } as Parameters<typeof reportOf>[0];
    const status = { name: "a", substitutes: [] } as unknown as Parameters<typeof reportOf>[1];
    expect(reportOf(drill, status, [], rounds, false)).toMatchObject({
      times: 3,
      verdict: "fails",
      failedRequests: 9,
      outageMs: { min: 100, median: 200, max: 300 },
      notRecovered: 1,
      detectionMs: { min: 50, median: 50, max: 50 },
      objective: null,
    });
  });

  it("of nothing has no figures", () => {
    expect(spreadOf([null, null])).toBeNull();
    expect(spreadOf([3, 1, 2, 10])).toEqual({ min: 1, median: 2.5, max: 10 });
  });
});
