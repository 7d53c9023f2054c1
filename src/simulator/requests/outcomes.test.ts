import { expect, test } from "vitest";
import { Outcomes } from "./outcomes.ts";

const PER_MS = 0.1;

/** One request each 10 ms, answered after 5 ms, but for those between two times. */
function outcomes(failsFrom: number, failsUntil: number, faultAt: number): Outcomes {
  const seen = new Outcomes(10);
  for (let at = 0; at < 20_000; at += 10) {
    if (at === faultAt) seen.restart(at);
    if (at >= failsFrom && at < failsUntil) seen.fail(at);
    else seen.succeed(at, at + 5);
  }
  return seen;
}

test("an outage lasts from the fault to the first success after the last failure", () => {
  expect(outcomes(5000, 8000, 5000).outage(20_000, PER_MS)).toBe(3005);
});

test("where nothing fails it is the time until the next answer", () => {
  expect(outcomes(0, 0, 5000).outage(20_000, PER_MS)).toBe(5);
});

test("a success that is not seen to last is none", () => {
  expect(outcomes(5000, 19_500, 5000).outage(20_000, PER_MS)).toBe(Infinity);
});

test("requests that wait do not fail, and the time without an answer counts", () => {
  const seen = new Outcomes(10);
  for (let at = 0; at < 20_000; at += 10) {
    if (at === 5000) seen.restart(at);
    seen.succeed(at, at >= 5000 && at < 6000 ? 6000 + at / 1000 : at + 5);
  }
  expect(seen.outage(20_000, PER_MS)).toBe(1005);
});
