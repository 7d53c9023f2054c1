import fc from "fast-check";
import { expect, test } from "vitest";
import { linearPlace, timeScale } from "./scale.ts";

const times = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 20 });

test("a longer time is never to the left of a shorter one, and none is outside", () => {
  fc.assert(
    fc.property(times, (values) => {
      const { place } = timeScale(values);
      const places = [...values].sort((a, b) => a - b).map(place);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...places)).toBeLessThanOrEqual(100);
    }),
  );
});

test("an axis has a few ticks, from left to right", () => {
  fc.assert(
    fc.property(times, (values) => {
      const { ticks, place } = timeScale(values);
      const places = ticks.map(({ value }) => place(value));
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    }),
  );
});

test("times far apart are on a logarithmic axis, with marks that people know", () => {
  const far = timeScale([310, 94_000, 900_000]);
  expect(far.kind).toBe("logarithmic");
  expect(far.ticks.map(({ text }) => text)).toEqual(["100 ms", "1 s", "10 s", "60 s", "10 min", "60 min"]);
  const near = timeScale([60_000, 120_000]);
  expect(near.kind).toBe("linear");
  expect(near.ticks.map(({ text }) => text)).toEqual(["0", "30 s", "60 s", "90 s", "120 s"]);
});

test("nothing to show is no failure", () => {
  expect(timeScale([]).ticks.length).toBeGreaterThan(0);
  expect(linearPlace([])(0)).toBe(0);
  expect(linearPlace([Infinity, 5])(Infinity)).toBe(100);
});
