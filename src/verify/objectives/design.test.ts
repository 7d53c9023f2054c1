import { expect, it } from "vitest";
import { smallWith } from "#model/testing/small.ts";
import { checkIn, verified } from "../testing/verified.ts";

const claim = { text: "as it is drawn", line: 5 };
const promising = (objective: object, change: object = {}) =>
  smallWith({ objectives: [{ id: "it", claim, ...objective }], ...change });

const cost = (environment: string, to: number) =>
  checkIn(
    verified(promising({ kind: "cost", environment, perMonth: { from: to, to }, tolerance: 10 })),
    "it.computed",
  );
const exactly = (to: number) =>
  checkIn(verified(promising({ kind: "cost", perMonth: { from: to, to } })), "it.computed");
const saving = (by: string, upTo: number, component: string) =>
  checkIn(verified(promising({ kind: "saving", by, upTo, component })), "it.computed");
const redundancy = (scope: string, change: object = {}) =>
  checkIn(verified(promising({ kind: "redundancy", scope }, change)), "it.computed");
const rebuild = (within: string) =>
  checkIn(verified(promising({ kind: "rebuild", atLeast: "1m", within })), "it.simulated");

it("a cost is the bill's, of the environment that it is claimed for", () => {
  const production = cost("production", 1);
  const billed = production.figure as number;
  expect(production).toMatchObject({
    verdict: "fails",
    source: "computed",
    unit: "dollars",
    remedyPerMonth: 0,
  });
  expect(cost("production", billed).verdict).toBe("holds");
  expect(cost("production", billed * 1.2).verdict).toBe("fails");
  expect(cost("development", billed).figure).toBeLessThan(billed);
});

it("a component of the bill is found by the document's name for it, and what the table leaves out is named", () => {
  const report = verified(
    promising({ kind: "cost", component: "NAT Gateway", perMonth: { from: 32.85, to: 32.85 } }),
  );
  expect(checkIn(report, "it.computed").says).toContain("pays for 1 of 2");
  const left = report.checks.filter(({ kind }) => kind === "cost-table").map(({ title }) => title);
  expect(left.some((title) => title.includes("RDS"))).toBe(true);
  expect(left.some((title) => title.includes("NAT"))).toBe(false);
});

it("a bill that is off by less than its assumed usage can tell is no proof", () => {
  const { figure } = exactly(1);
  const off = [1, 1.005, 1.05].map((share) => exactly((figure as number) * share).verdict);
  expect(off).toEqual(["holds", "inconclusive", "fails"]);
});

it("a row that nothing belongs to costs nothing", () => {
  const row = { kind: "cost", component: "DocumentDB", perMonth: { from: 150, to: 300 } };
  const report = verified(promising(row));
  expect(checkIn(report, "it.computed")).toMatchObject({ verdict: "fails", figure: 0 });
});

it("a saving is held against its price", () => {
  expect(saving("vpc-endpoints-for-nat", 100, "NAT Gateway")).toMatchObject({
    verdict: "fails",
    unit: "percent",
  });
  expect(saving("cdn-caching", 50, "CloudFront").verdict).not.toBe("holds");
});

it("redundancy is that no part stops the system", () => {
  expect(redundancy("critical-components").verdict).toBe("holds");
  expect(redundancy("everything")).toMatchObject({ verdict: "fails", part: "region" });
  const alone = redundancy("critical-components", { stores: { database: { multiZone: false } } });
  expect(alone).toMatchObject({ verdict: "fails", part: "stores.database" });
});

it("a rebuild is simulated, with what takes longest", () => {
  expect(rebuild("1m")).toMatchObject({ verdict: "fails", samples: 200 });
  expect(rebuild("1m").says).toContain("The longest step");
  expect(rebuild("5h").verdict).toBe("holds");
});

it("relief needs something that relieves, and how much it does is not known without clients", () => {
  const relief = verified(promising({ kind: "relief", by: "cache", of: "database-load" }));
  expect(checkIn(relief, "it.computed").verdict).toBe("fails");
  const cdn = verified(promising({ kind: "relief", by: "cdn", of: "origin-requests" }));
  expect(checkIn(cdn, "it.computed").verdict).toBe("fails");
});
