import { expect, test } from "vitest";
import {
  dateText,
  differenceText,
  limitText,
  momentText,
  outsideOf,
  remedyPriceText,
  spanText,
  unitPriceText,
} from "./figures.ts";

test("a span has its unit once where both ends share it", () => {
  expect(spanText(60, 120, "seconds")).toBe("60–120 s");
  expect(spanText(0.9, 1.2, "seconds")).toBe("900 ms – 1.2 s");
  expect(spanText(0, 88_000, "milliseconds")).toBe("0–88 s");
  expect(spanText(20, 40, "dollars")).toBe("$20.00–$40.00");
  expect(spanText(60, 70, "percent")).toBe("60–70 %");
  expect(spanText(2, 2, "count")).toBe("2");
});

test("a limit says at which side of it a figure is to be", () => {
  const limit = { limit: 60, limitFrom: null, unit: "seconds" } as const;
  expect(limitText({ ...limit, sense: "at-most" })).toBe("at most 60 s");
  expect(limitText({ ...limit, sense: "at-least" })).toBe("at least 60 s");
  expect(limitText({ ...limit, sense: "between", limitFrom: 30 })).toBe("against 30–60 s");
  expect(limitText({ ...limit, sense: null, limit: null })).toBeNull();
});

test("a remedy that costs nothing says so, and one without a price says nothing", () => {
  expect([29.2, -4, 0, null].map(remedyPriceText)).toEqual([
    "adds $29.20 a month",
    "saves $4.00 a month",
    "at no cost",
    null,
  ]);
});

test("a bill within the document's span is not outside of it", () => {
  const claimed = { from: 20, to: 40 };
  expect([10, 20, 33, 40, 45].map((perMonth) => outsideOf(perMonth, claimed))).toEqual([-10, 0, 0, 0, 5]);
  expect([differenceText(32.85), differenceText(-4.1)]).toEqual(["+$32.85", "-$4.10"]);
});

test("prices of a fraction of a cent keep their digits", () => {
  expect([0.0225, 0.000004, 75.4].map(unitPriceText)).toEqual(["$0.0225", "$0.000004", "$75.40"]);
});

test("dates are read as far as they go", () => {
  expect(["2026-11-21", "2026-07", "2026", "soon"].map(dateText)).toEqual([
    "21 November 2026",
    "July 2026",
    "2026",
    "soon",
  ]);
  expect(momentText("2026-11-21T18:53:10.000Z")).toBe("21 November 2026, 18:53 UTC");
  expect(momentText("yesterday")).toBe("yesterday");
});
