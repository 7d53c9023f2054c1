import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextOccurrence } from "./occurrence.ts";

/** The next occurrences after a time, as ISO texts without seconds. */
function occurrences(cron: string, after: string, count: number, timeZone = "UTC"): string[] {
  const found: string[] = [];
  let from = Date.parse(after);
  while (found.length < count) {
    const next = nextOccurrence({ kind: "cron", cron, timeZone }, from, from);
    if (next === null) return [...found, "never"];
    found.push(new Date(next).toISOString().slice(0, 16));
    from = next;
  }
  return found;
}

describe("cron", () => {
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html; 2026-11-20 is a Friday.
  test.each([
    ["0 10 * * ? *", ["2026-11-21T10:00", "2026-11-22T10:00"]],
    ["0 18 ? * MON-FRI *", ["2026-11-20T18:00", "2026-11-23T18:00"]],
    ["0 8 1 * ? *", ["2026-12-01T08:00", "2027-01-01T08:00"]],
    ["0/15 * * * ? *", ["2026-11-20T12:15", "2026-11-20T12:30"]],
    ["0/5 8-17 ? * MON-FRI *", ["2026-11-20T12:05", "2026-11-20T12:10"]],
    ["15 10 ? * 6L 2026-2028", ["2026-11-27T10:15", "2026-12-25T10:15"]],
    ["0 9 ? * 3#2 *", ["2026-12-08T09:00", "2027-01-12T09:00"]],
    ["0 0 L * ? *", ["2026-11-30T00:00", "2026-12-31T00:00"]],
    ["0 0 LW * ? *", ["2026-11-30T00:00", "2026-12-31T00:00"]],
    ["0 0 1W * ? *", ["2026-12-01T00:00", "2027-01-01T00:00"]],
    ["0 0 1W 5,8 ? 2027", ["2027-05-03T00:00", "2027-08-02T00:00"]],
    ["0 0 31W * ? *", ["2026-12-31T00:00", "2027-01-29T00:00"]],
    ["0 0 29 2 ? *", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["0 0 30 2 ? *", ["never"]],
    ["0 0 1 1 ? 2020", ["never"]],
  ])("%s", (cron, expected) => {
    expect(occurrences(cron, "2026-11-20T12:00:00Z", expected.length)).toEqual(expected);
  });

  test("follows the clocks of its time zone", () => {
    const cron = "0 20 * * ? *";
    expect(occurrences(cron, "2026-03-27T20:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-03-28T19:00",
      "2026-03-29T18:00",
      "2026-03-30T18:00",
    ]);
  });

  test("skips a time that the clocks skip, and comes once where they show it twice", () => {
    const cron = "30 2 * * ? *";
    expect(occurrences(cron, "2026-03-27T12:00:00Z", 2, "Europe/Berlin")).toEqual([
      "2026-03-28T01:30",
      "2026-03-30T00:30",
    ]);
    expect(occurrences(cron, "2026-10-24T12:00:00Z", 2, "Europe/Berlin")).toEqual([
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
  });

  test("comes after a time with a fraction of a millisecond", () => {
    const schedule = { kind: "cron", cron: "0 20 * * ? *", timeZone: "UTC" } as const;
    const evening = Date.UTC(2026, 10, 20, 20);
    expect(nextOccurrence(schedule, evening - 0.5, 0)).toBe(evening);
    expect(nextOccurrence(schedule, evening + 0.5, 0)).toBe(evening + 86_400_000);
  });

  test("never comes at or before the time that it is asked after, nor jumps over one", () => {
    const zones = fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu");
    const times = fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) });
    const crons = fc.constantFrom("0/30 * * * ? *", "15 1-3 ? * SUN *", "0 0 L * ? *", "45 23 15W * ? *");
    fc.assert(
      fc.property(crons, zones, times, fc.nat(86_400_000), (cron, timeZone, after, sooner) => {
        const schedule = { kind: "cron", cron, timeZone } as const;
        const next = nextOccurrence(schedule, after, 0);
        expect(next).toBeGreaterThan(after);
        const before = nextOccurrence(schedule, after - sooner, 0);
        expect(before === next || (before !== null && before <= after)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test("at comes once, in its time zone", () => {
  const at = { kind: "at", at: "2026-12-24T18:00:00", timeZone: "America/New_York" } as const;
  const expected = Date.parse("2026-12-24T23:00:00Z");
  expect(nextOccurrence(at, expected - 1, 0)).toBe(expected);
  expect(nextOccurrence(at, expected, 0)).toBeNull();
});

test("a rate counts from the start", () => {
  const rate = { kind: "rate", everyMs: 60_000 } as const;
  expect(nextOccurrence(rate, 1_000, 1_000)).toBe(61_000);
  expect(nextOccurrence(rate, 61_000, 1_000)).toBe(121_000);
  expect(nextOccurrence(rate, 200_000, 1_000)).toBe(241_000);
});
