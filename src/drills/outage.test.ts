import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LASTING_MS, measureOutage } from "./outage.ts";
import type { Sample } from "./samples.ts";

const FAULT = 10_000;

/** A system in which requests wait and do not fail: whatever is under way or sent meanwhile is answered at the end. */
function stalled(writers: number, answerMs: number, stallMs: number): Sample[] {
  const isHeldUp = (at: number) => at + answerMs > FAULT && at < FAULT + stallMs;
  const samples: Sample[] = [];
  for (let writer = 0; writer < writers; writer++) {
    for (let at = FAULT - 500 + writer; at < FAULT + 7000;) {
      const endedAt = isHeldUp(at) ? FAULT + stallMs + answerMs : at + answerMs;
      samples.push({ sequence: samples.length, sentAt: at, endedAt, error: null });
      at = endedAt;
    }
  }
  return samples;
}

/** What writers see of a system that is away for a while: each sends its next request as soon as the last one ended. */
interface World {
  readonly writers: number;
  readonly answerMs: number;
  /** From the fault on. */
  readonly awayMs: number;
  /** After which a request fails that was sent, or is under way, meanwhile. */
  readonly failsAfterMs: number;
  readonly untilMs: number;
}

function samplesOf(
  { writers, answerMs, awayMs, failsAfterMs, untilMs }: World,
  begin = FAULT - 500,
): Sample[] {
  const samples: Sample[] = [];
  for (let writer = 0; writer < writers; writer++) {
    let at = begin + Math.floor((writer * answerMs) / writers);
    while (at < FAULT + untilMs) {
      const isAway = at + answerMs > FAULT && at < FAULT + awayMs;
      const endedAt = at + (isAway ? failsAfterMs : answerMs);
      samples.push({ sequence: samples.length, sentAt: at, endedAt, error: isAway ? "away" : null });
      at = endedAt;
    }
  }
  return samples;
}

const worlds = fc.record({
  writers: fc.integer({ min: 1, max: 4 }),
  answerMs: fc.integer({ min: 5, max: 40 }),
  awayMs: fc.integer({ min: 1, max: 3000 }),
  failsAfterMs: fc.integer({ min: 5, max: 1000 }),
  untilMs: fc.constant(7000),
});

describe("the outage", () => {
  it("lasts from the fault to the first answer of a system that is back, whatever the clients' time-outs are", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { outageMs, failed } = measureOutage(samplesOf(world), FAULT);
        expect(outageMs).toBeGreaterThanOrEqual(world.awayMs);
        // A writer that has just begun to wait sends again when its time is over.
        expect(outageMs).toBeLessThanOrEqual(world.awayMs + world.failsAfterMs + 2 * world.answerMs);
        expect(failed).toBeGreaterThan(0);
      }),
    );
  });

  it("lasts as long as everybody waits, though nobody's request fails", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 300, max: 900 }), (writers, stallMs) => {
        const samples = stalled(writers, 10, stallMs);
        // One that is answered just after the fault, before the stall, is no recovery.
        samples.push({ sequence: 9999, sentAt: FAULT, endedAt: FAULT + 5, error: null });
        const { outageMs, failed, longestGapMs } = measureOutage(samples, FAULT);
        expect(failed).toBe(0);
        expect(longestGapMs).toBeGreaterThan(stallMs - 5);
        expect(outageMs).toBeGreaterThanOrEqual(stallMs);
        expect(outageMs).toBeLessThanOrEqual(stallMs + 30);
      }),
    );
  });

  it("does not depend on the order of the samples, nor on when it is", () => {
    fc.assert(
      fc.property(worlds, fc.integer({ min: -5000, max: 5000 }), (world, shift) => {
        const samples = samplesOf(world);
        const moved = samples.toReversed().map((sample) => ({
          ...sample,
          sentAt: sample.sentAt + shift,
          endedAt: sample.endedAt + shift,
        }));
        expect(measureOutage(moved, FAULT + shift)).toEqual(measureOutage(samples, FAULT));
      }),
    );
  });

  it("goes on while successes do not last", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: LASTING_MS - 50 }), (pause) => {
        const samples = samplesOf({ writers: 2, answerMs: 5, awayMs: 100, failsAfterMs: 1, untilMs: 5000 });
        const relapse = {
          sequence: 9999,
          sentAt: FAULT + 100 + pause,
          endedAt: FAULT + 101 + pause,
          error: "away",
        };
        const { outageMs } = measureOutage([...samples, relapse], FAULT);
        expect(outageMs).toBeGreaterThanOrEqual(100 + pause);
        expect(outageMs).toBeLessThanOrEqual(100 + pause + 15);
      }),
    );
  });

  it("is over when one second of success is, and counts what fails later all the same", () => {
    const samples = samplesOf({ writers: 2, answerMs: 5, awayMs: 100, failsAfterMs: 1, untilMs: 5000 });
    const before = measureOutage(samples, FAULT);
    const late = { sequence: 9999, sentAt: FAULT + 3000, endedAt: FAULT + 3001, error: "away" };
    const after = measureOutage([...samples, late], FAULT);
    expect(after.outageMs).toBe(before.outageMs);
    expect(after.failed).toBe(before.failed + 1);
  });

  it("has no end where nothing succeeds, or where nobody saw whether it lasts", () => {
    const world = { writers: 1, answerMs: 5, awayMs: 5000, failsAfterMs: 100, untilMs: 2000 };
    expect(measureOutage(samplesOf(world), FAULT).outageMs).toBeNull();
    expect(measureOutage(samplesOf({ ...world, awayMs: 1500 }), FAULT).outageMs).toBeNull();
    expect(measureOutage([], FAULT)).toMatchObject({ outageMs: null, answeredBefore: 0, sentAfter: 0 });
  });

  it("of a fault that hurts nobody is the time to the next answer", () => {
    const samples = samplesOf({ writers: 1, answerMs: 10, awayMs: 0, failsAfterMs: 1, untilMs: 2000 });
    expect(measureOutage(samples, FAULT)).toMatchObject({ outageMs: 10, failed: 0, longestGapMs: 10 });
  });
});
