import fc from "fast-check";
import { expect, test } from "vitest";

import { parseDateTime } from "./date-time.ts";

test.each([
  // RFC 3339, section 5.8
  ["1985-04-12T23:20:50.52Z", 482_196_050_520],
  ["1996-12-19T16:39:57-08:00", 851_042_397_000],
  ["1937-01-01T12:00:27.87+00:20", -1_041_337_172_130],
  ["1990-12-31T23:59:60Z", 662_688_000_000],
  ["1990-12-31T15:59:60-08:00", 662_688_000_000],
  // Letters may be small; -00:00 is an unknown local offset; a year may be leap.
  ["2024-02-29t00:00:00z", 1_709_164_800_000],
  ["2000-02-29T00:00:00-00:00", 951_782_400_000],
  ["0001-01-01T00:00:00Z", -62_135_596_800_000],
])("reads %s", (text, milliseconds) => {
  expect(parseDateTime(text)).toBe(milliseconds);
});

test.each([
  "2026-02-01",
  "2026-02-01T12:00:00",
  "2026-02-01 12:00:00Z",
  "2026-02-01T12:00Z",
  "2026-02-01T12:00:00+0100",
  "2026-02-01T12:00:00.Z",
  "2026-02-01T24:00:00Z",
  "2026-02-01T12:60:00Z",
  "2026-02-01T12:00:61Z",
  "2026-02-01T12:00:00+24:00",
  "2026-02-29T12:00:00Z",
  "1900-02-29T12:00:00Z",
  "2026-13-01T12:00:00Z",
  "2026-00-01T12:00:00Z",
  "2026-04-31T12:00:00Z",
  "+12026-02-01T12:00:00Z",
  "２026-02-01T12:00:00Z",
  "2026-02-01T12:00:00Z\n",
  // A leap second stands only at the end of June or December, in UTC.
  "2026-02-01T12:00:60Z",
  "2026-03-31T23:59:60Z",
  "1990-12-31T23:59:60-08:00",
  "",
])("refuses %j", (text) => {
  expect(parseDateTime(text)).toBeUndefined();
});

test("reads what JavaScript writes", () => {
  const years = {
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  };
  fc.assert(fc.property(fc.date(years), (date) => parseDateTime(date.toISOString()) === date.getTime()));
});

test("takes any text without failing", () => {
  fc.assert(fc.property(fc.string(), (text) => parseDateTime(text) === undefined));
});
