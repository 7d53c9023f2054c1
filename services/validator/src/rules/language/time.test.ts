import fc from "fast-check";
import { expect, test } from "vitest";

import { offsetOf, readDuration } from "./time.ts";

test("a zone's local hours and minutes are those of the JavaScript engine, across changes of its clocks", () => {
  const zone = fc.constantFrom(
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
  );
  const time = fc.integer({ min: Date.UTC(1980, 0), max: Date.UTC(2040, 0) });
  fc.assert(
    fc.property(zone, fc.array(time, { minLength: 1, maxLength: 5 }), (timeZone, times) => {
      const offset = offsetOf(timeZone)!;
      const format = new Intl.DateTimeFormat("en-GB", {
        timeZone,
        dateStyle: "short",
        timeStyle: "medium",
      });
      const utc = new Intl.DateTimeFormat("en-GB", {
        timeZone: "UTC",
        dateStyle: "short",
        timeStyle: "medium",
      });
      for (const at of times) expect(utc.format(at + offset(at))).toBe(format.format(at));
    }),
    { numRuns: 300 },
  );
});

test("clocks in Berlin go forward at 01:00 UTC on the last Sunday of March", () => {
  const offset = offsetOf("Europe/Berlin")!;
  const change = Date.parse("2026-03-29T01:00:00Z");
  expect([offset(change - 1), offset(change), offset(change - 1)]).toEqual([3_600_000, 7_200_000, 3_600_000]);
});

test("there is no offset of a zone that is not", () => {
  expect(offsetOf("Mars/Olympus")).toBeUndefined();
});

test.each([
  ["90s", 90_000],
  ["1h30m", 5_400_000],
  ["-250ms", -250],
  ["1d", undefined],
  ["1.5h", undefined],
  ["h", undefined],
  ["", undefined],
])("a duration of %s is %s ms", (text, milliseconds) => {
  expect(readDuration(text)).toBe(milliseconds);
});
