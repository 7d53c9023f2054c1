import fc from "fast-check";
import { expect, it } from "vitest";
import { Patience } from "./patience.ts";

const after = (...times: number[]) => {
  const patience = new Patience({ leastMs: 150, mostMs: 500 });
  for (const ms of times) patience.heard(ms);
  return Math.round(patience.ms);
};
const steady = (ms: number) => Array.from({ length: 30 }, () => ms);

it("is the least on a machine that has time, and longer on one that is busy", () => {
  expect(after()).toBe(150);
  expect(after(...steady(3))).toBe(150);
  expect(after(...steady(80))).toBe(240);
  expect(after(...steady(400))).toBe(500);
});

it("grows with an answer that was late, and is the least again a second later", () => {
  const busy = [...steady(3), 140];
  expect(after(...busy)).toBeGreaterThan(400);
  expect(after(...busy, ...steady(3).slice(0, 15))).toBe(150);
});

it("stays within its bounds whatever it hears", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (times) => {
      const ms = after(...times);
      expect(ms >= 150 && ms <= 500).toBe(true);
    }),
  );
});
