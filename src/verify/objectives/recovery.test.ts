import { describe, expect, it } from "vitest";
import { smallWith } from "#model/testing/small.ts";
import { drilledRounds, seen } from "../testing/seen.ts";
import { checkIn, verified } from "../testing/verified.ts";

const claim = { text: "the database is back within two minutes", line: 7 };
const failover = (within: string) =>
  smallWith({
    objectives: [
      { id: "failover", kind: "recovery", from: "database-failure", store: "database", within, claim },
    ],
  });
const only = ["measured", "documented"];
const drill = (report: ReturnType<typeof drilledRounds>, busy: string | null = null) =>
  seen({ busy, drill: () => ({ value: report }) });

const documented = (within: string) => checkIn(verified(failover(within)), "failover.documented");
const combined = (within: string) =>
  checkIn(
    verified(failover(within), { only, measured: drill(drilledRounds([200, 700])) }),
    "failover.combined",
  );
const verdictOnBusyMachine = (outage: number) =>
  checkIn(
    verified(failover("1s"), { only, measured: drill(drilledRounds([outage]), "this machine was busy") }),
    "failover.measured",
  ).verdict;
const promisedBy = (change: unknown) =>
  new Set(verified(smallWith(change)).checks.map(({ objective }) => objective));

describe("a promise of recovery", () => {
  it("is held against AWS's own words, with their page", () => {
    expect(documented("2m")).toMatchObject({
      verdict: "holds",
      claimLine: 7,
      part: "stores.database",
      source: "documented",
    });
    expect(documented("60s")).toMatchObject({ verdict: "fails", range: { from: 60_000, to: 120_000 } });
    expect(documented("60s").references).toMatchObject([
      { page: expect.stringContaining("docs.aws.amazon.com") },
    ]);
  });

  it("is simulated with AWS's timings, whose steps are told", () => {
    const check = checkIn(verified(failover("10s")), "failover.simulated");
    expect(check).toMatchObject({ verdict: "fails", profile: "aws", source: "simulated", samples: 20 });
    expect(check.figure).toBeGreaterThan(60_000);
    expect(check.series?.kind).toBe("steps");
    expect(check.remedy).not.toBeNull();
  });

  it("is measured by the worst of all rounds", () => {
    const report = verified(failover("2m"), { only, measured: drill(drilledRounds([200, 300, 700])) });
    expect(checkIn(report, "failover.measured")).toMatchObject({
      verdict: "holds",
      figure: 700,
      samples: 3,
      spread: { min: 200, median: 300, max: 700 },
      profile: "local",
    });
  });

  it("on AWS is what AWS documents and what the software adds, as a span", () => {
    expect(combined("3m")).toMatchObject({ range: { from: 60_200, to: 120_700 }, verdict: "holds" });
    expect(combined("2m").verdict).toBe("inconclusive");
    expect(combined("60s").verdict).toBe("fails");
  });

  it("fails where service does not come back, whatever else the machine did", () => {
    const report = verified(failover("2m"), {
      measured: drill(drilledRounds([200, null]), "the machine was busy"),
    });
    expect(checkIn(report, "failover.measured")).toMatchObject({ verdict: "fails", figure: null });
  });

  it("fails where an acknowledged write is gone", () => {
    const ledger = { acknowledged: 10, stored: 9, lost: 1, unacknowledged: 0, lossMs: 5, gaps: 0 };
    const report = verified(failover("2m"), { only, measured: drill(drilledRounds([200], { ledger })) });
    expect(checkIn(report, "failover.measured").verdict).toBe("fails");
  });

  it("is not judged by a machine that had other work, unless it is kept there", () => {
    expect([verdictOnBusyMachine(1_200), verdictOnBusyMachine(400)]).toEqual(["inconclusive", "holds"]);
  });

  it("is not kept by a twin where nothing runs for a store that the fault takes with it", () => {
    const zone = smallWith({
      objectives: [{ id: "zone", kind: "recovery", from: "zone-failure", within: "2m", claim }],
    });
    const nothing = { part: "stores.documents", declared: "DocumentDB 5.0", runs: "nothing", reason: "" };
    const found = (outage: number, substitutes = [nothing]) => {
      const report = { ...drilledRounds([outage]), substitutes };
      return checkIn(verified(zone, { only, measured: drill(report) }), "zone.measured");
    };
    expect(found(400)).toMatchObject({
      verdict: "inconclusive",
      says: expect.stringContaining("Nothing runs here for documents"),
    });
    expect(found(400, []).verdict).toBe("holds");
    expect(found(400, [{ ...nothing, part: "stores.documents.readReplicas" }]).verdict).toBe("holds");
    expect(found(200_000).verdict, "too slow without it is too slow with it").toBe("fails");
  });

  it("without samples is inconclusive, with the reason", () => {
    const report = verified(failover("2m"), { only, measured: seen({}) });
    expect(checkIn(report, "failover.measured")).toMatchObject({
      verdict: "inconclusive",
      samples: 0,
      figure: null,
      says: "It was not measured.",
    });
  });
});

describe("recovery.rto and recovery.rpo", () => {
  it("are promises where no objective says the same", () => {
    expect(promisedBy({ recovery: { rto: "15m", rpo: "5m" } })).toContain("rto");
    expect(promisedBy({ recovery: { rto: "15m", rpo: "5m" } })).toContain("rpo");
  });

  it("are not promised twice", () => {
    const objectives = [{ id: "disaster", kind: "recovery", from: "disaster", within: "15m", claim }];
    expect(promisedBy({ recovery: { rto: "15m" }, objectives })).not.toContain("rto");
    expect(promisedBy({ recovery: { rto: "10m" }, objectives })).toContain("rto");
  });
});

it("what is lost in a disaster has an age, and everything is lost where no copy is left", () => {
  const objectives = [{ id: "loss", kind: "data-loss", from: "disaster", within: "5m", claim }];
  const without = checkIn(verified(smallWith({ objectives })), "loss.simulated");
  expect(without).toMatchObject({ verdict: "fails", figure: null });
  expect(without.says).toContain("no copy of it is left");
  const ledger = { acknowledged: 10, stored: 8, lost: 2, unacknowledged: 0, lossMs: 3_000, gaps: 0 };
  const disaster = {
    ...drilledRounds([9_000], { ledger }, { lossWithinMs: 5_000 }),
    drill: "disaster" as const,
  };
  const report = verified(smallWith({ objectives }), { only, measured: drill(disaster) });
  expect(checkIn(report, "loss.measured")).toMatchObject({ verdict: "holds", figure: 3_000 });
});
