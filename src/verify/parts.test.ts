import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { amount, time } from "./amounts.ts";
import { paidPart } from "./bill-arithmetic.ts";
import { check } from "./checks.ts";
import { claimOf } from "./claims.ts";
import { compare } from "./compare.ts";
import { busyMachine } from "./measure/machine.ts";
import { withRemedies } from "./remedies.ts";
import { Selection } from "./selection.ts";

const some = (input: Partial<ReturnType<typeof check>>) =>
  check({
    id: "it",
    title: "It",
    kind: "cost",
    source: "computed",
    verdict: "fails",
    says: "It is.",
    ...input,
  });

const claim = (text: string) => ({ text, line: 1 });
const item = (name: string, quantity: number, perMonth: number) => ({
  name,
  part: "network.nat",
  quantity,
  unit: "hour",
  hours: 730,
  unitPrice: perMonth / quantity / 730,
  perMonth,
  price: {
    sku: "x",
    page: "https://aws.amazon.com/",
    region: "us-east-1",
    asOf: "2026-11",
    basis: "price-list" as const,
  },
  assumption: null,
});
const report = (checks: readonly ReturnType<typeof check>[], fast = false) =>
  ({ at: "2026-11-20T12:00:00.000Z", fast, only: [], against: null, checks }) as const;

describe("amounts", () => {
  it("are read as people write them", () => {
    expect([250, 1_500, 90_000, 300_000, 900_000, 86_400_000].map(time)).toEqual([
      "250 ms",
      "1.5 s",
      "90 s",
      "5 min",
      "15 min",
      "24 h",
    ]);
    expect(amount(-1234.5, "dollars")).toBe("-$1,234.50");
    expect(amount(100e6, "bytes-per-second")).toBe("100 MB/s");
    expect(time(Infinity)).toBe("never");
  });

  it("never fail", () => {
    const units = [
      "milliseconds",
      "seconds",
      "dollars",
      "percent",
      "count",
      "per-second",
      "bytes",
      null,
    ] as const;
    fc.assert(
      fc.property(fc.double(), fc.constantFrom(...units), (figure, unit) => amount(figure, unit).length > 0),
    );
  });
});

describe("the document's words about a part", () => {
  const sources = {
    "stores.database": claim("a database"),
    "stores.database.backup.retention": claim("7 days"),
    "environments.production.stores.database": claim("in production"),
    "stores.cache.version": claim("7.1"),
  };
  const words = (path: string, environment = "development") => claimOf({ sources, environment }, path)?.text;

  it("are those of the longest path", () => {
    expect(words("stores.database.backup.retention")).toBe("7 days");
    expect(words("stores.database.backup.every")).toBe("a database");
    expect(words("stores.database", "production")).toBe("in production");
  });

  it("are of something in it where nothing is said of the whole", () => {
    expect(words("stores.cache")).toBe("7.1");
    expect(words("services.api")).toBeUndefined();
    expect(words("stores")).toBeUndefined();
  });
});

describe("what a claimed price pays for", () => {
  it("is fewer of several, or one item of the bill, or nothing that can be said", () => {
    const nat = { perMonth: 66.4, items: [item("gateways", 2, 65.7), item("data", 1, 0.7)] };
    expect(paidPart(nat, { to: 32 })).toBe("$32.00 pays for 1 of 2 (gateways).");
    const mixed = { perMonth: 80, items: [item("instance", 1, 50), item("storage", 1, 30)] };
    expect(paidPart(mixed, { to: 50 })).toBe(
      "$50.00 pays for instance alone, and leaves out $30.00: storage.",
    );
    expect(paidPart(mixed, { to: 5 })).toBe("");
    expect(paidPart(mixed, { to: 80 })).toBe("");
  });
});

describe("a failing check without a remedy", () => {
  it("takes that of its objective, best one with a price", () => {
    const checks = [
      some({ id: "a", objective: "rto" }),
      some({ id: "b", objective: "rto", remedy: "Promise less." }),
      some({ id: "c", objective: "rto", remedy: "Add a reader.", remedyPerMonth: 50 }),
    ];
    expect(withRemedies(checks)[0]).toMatchObject({ remedy: "Add a reader.", remedyPerMonth: 50 });
  });

  it("says what was found where there is none", () => {
    const [alone] = withRemedies([some({ figure: 90_000, unit: "milliseconds" })]);
    expect(alone?.remedy).toContain("90 s");
  });
});

describe("what is compared with an earlier report", () => {
  it("is every verdict that has changed, and every check that came or went", () => {
    const before = report([some({ id: "a" }), some({ id: "b" }), some({ id: "gone" })]);
    const now = report([some({ id: "a", verdict: "holds" }), some({ id: "b" }), some({ id: "new" })]);
    expect(compare(now, before)?.changes.map(({ id, from, to }) => [id, from, to])).toEqual([
      ["a", "fails", "holds"],
      ["new", null, "fails"],
      ["gone", "fails", null],
    ]);
  });

  it("is only what both looked at where one of them did less", () => {
    const before = report([some({ id: "a" }), some({ id: "measured" })]);
    const now = report([some({ id: "a", verdict: "holds" })], true);
    expect(compare(now, before)?.changes.map(({ id }) => id)).toEqual(["a"]);
  });

  it("is nothing without one", () => {
    expect(compare(report([]), null)).toBeNull();
  });
});

describe("a selection", () => {
  const one = some({ id: "rto.simulated", kind: "recovery", objective: "rto", source: "simulated" });

  it("is by id, by its beginning, by objective, kind or source", () => {
    for (const name of ["rto.simulated", "rto", "recovery", "simulated"])
      expect(new Selection([name]).has(one)).toBe(true);
    for (const name of ["rt", "measured", "rpo"]) expect(new Selection([name]).has(one)).toBe(false);
    expect(new Selection([]).has(one)).toBe(true);
  });

  it("refuses what nothing has", () => {
    expect(() => new Selection(["recovry"]).assertKnown([one], ["recovery"])).toThrow(
      expect.objectContaining({ code: "VERIFY_CHECK_UNKNOWN" }),
    );
  });
});

it("a machine is busy where more programs want to run than it has processors", () => {
  expect(busyMachine(0.5, 2)).toBeNull();
  expect(busyMachine(5, 2)).toContain("5.0 programs");
});
