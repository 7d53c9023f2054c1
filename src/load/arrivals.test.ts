import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Arrivals, arrivalTimes, expectedCount } from "./arrivals.ts";
import { shapeOf } from "./shape.ts";

function all(arrivals: Arrivals): number[] {
  const next = arrivalTimes(arrivals);
  const times: number[] = [];
  for (let at = next(); at < Number.POSITIVE_INFINITY; at = next()) times.push(at);
  return times;
}

const shapes = fc
  .tuple(
    fc.constantFrom("steady", "spike", "diurnal" as const),
    fc.double({ min: 0.5, max: 400, noNaN: true }),
    fc.double({ min: 0.1, max: 20, noNaN: true }),
  )
  .map(([profile, rate, seconds]) => shapeOf(profile as "steady", rate, seconds));

describe("arrivals", () => {
  it("are in order, within the time, and as many as the shape says", () => {
    fc.assert(
      fc.property(shapes, fc.integer(), fc.constantFrom("even", "poisson"), (segments, seed, spacing) => {
        const times = all({ kind: "rate", segments, spacing: spacing as "even", seed });
        const seconds = segments.reduce((sum, each) => sum + each.seconds, 0);
        const count = expectedCount(segments);
        expect(times.every((at, index) => at >= (times[index - 1] ?? 0))).toBe(true);
        expect(times.at(-1) ?? 0).toBeLessThanOrEqual(seconds * 1000 * (1 + 1e-9));
        // Six standard deviations: once in some hundred million runs.
        const tolerance = spacing === "even" ? 1.001 : 6 * Math.sqrt(count) + 6;
        expect(Math.abs(times.length - count)).toBeLessThanOrEqual(tolerance);
      }),
    );
  });

  it("are the same for the same seed, and others for another", () => {
    const segments = shapeOf("steady", 100, 1);
    const [first, again, other] = [7, 7, 8].map((seed) =>
      all({ kind: "rate", segments, spacing: "poisson", seed }),
    );
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("follow the rate as it changes", () => {
    const times = all({ kind: "rate", segments: shapeOf("spike", 100, 3), spacing: "even", seed: 1 });
    const within = (from: number, to: number) => times.filter((at) => at >= from && at < to).length;
    expect([within(0, 1000), within(1000, 2000), within(2000, 3000)]).toEqual([100, 400, 100]);
  });

  it("of an even, level rate are one gap apart and begin at once", () => {
    const times = all({ kind: "rate", segments: shapeOf("steady", 4, 1), spacing: "even", seed: 1 });
    expect(times).toEqual([0, 250, 500, 750]);
  });

  it("of a file are the file's", () => {
    expect(all({ kind: "replay", offsets: [0, 3, 3, 10.5] })).toEqual([0, 3, 3, 10.5]);
  });
});
