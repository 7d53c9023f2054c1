import { describe, expect, test } from "vitest";
import { ScalingPolicy } from "./scaling.ts";

const scheduled = { kind: "scheduled", name: "evening", min: 1, max: 1 };
const step = { kind: "step", metric: "cpu", when: "above", threshold: 80, periods: 2, change: 1 };

function problemsOf(policy: object): string[] {
  return ScalingPolicy.safeParse(policy).error?.issues.map(({ message }) => message) ?? [];
}

test("a step policy's threshold is a share, or a number of requests", () => {
  expect(problemsOf({ ...step, metric: "requests-per-target", threshold: 1000 })).toEqual([]);
  expect(problemsOf({ ...step, threshold: 101 })).toEqual(["a share is at most 100 per cent"]);
});

describe("a scheduled action", () => {
  test.each([
    { cron: "0 20 ? * MON-FRI *", timeZone: "Europe/Berlin" },
    { at: "2026-12-24T18:00:00", timeZone: "Etc/GMT+9" },
    { at: "2028-02-29T00:00:00" },
    { rate: "1 hour" },
    { rate: "12 hours" },
  ])("is accepted: %o", (change) => {
    expect(problemsOf({ ...scheduled, ...change })).toEqual([]);
  });

  test.each([
    [{}, "one of cron, at and rate is expected"],
    [{ rate: "1 day", at: "2026-12-24T18:00:00" }, "one of cron, at and rate is expected"],
    [
      { cron: "0 20 * * MON-FRI *" },
      'either the day of the month or the day of the week is "?", and not both',
    ],
    [{ at: "2026-12-24T18:00:00Z" }, 'a local time is expected, like "2026-12-24T18:00:00"'],
    [{ at: "2026-02-30T18:00:00" }, "no calendar has this time"],
    [{ at: "2026-12-24T24:00:01" }, "no calendar has this time"],
    [{ rate: "1 hours" }, 'a rate is expected, like "12 hours"'],
    [
      { rate: "1 day", timeZone: "Berlin" },
      'a time zone of the IANA database is expected, like "Europe/Berlin"',
    ],
  ])("is refused with the reason: %o", (change, reason) => {
    expect(problemsOf({ ...scheduled, ...change })).toContain(reason);
  });
});
