import { describe, expect, test } from "vitest";
import { streamOf } from "./random.ts";

function draws(seed: number, name: string, count = 1000): number[] {
  const stream = streamOf(seed, name);
  return Array.from({ length: count }, () => stream.next());
}

describe("a stream", () => {
  test("repeats for its seed and name, and is another one for any other", () => {
    expect(draws(7, "network")).toEqual(draws(7, "network"));
    const firsts = [
      draws(7, "network"),
      draws(8, "network"),
      draws(7, "store"),
      draws(7 + 2 ** 32, "network"),
    ];
    expect(new Set(firsts.map(([first]) => first)).size).toBe(4);
  });

  test("is spread evenly, also for seeds that follow each other", () => {
    const means = Array.from(
      { length: 50 },
      (_, seed) => draws(seed, "x").reduce((sum, each) => sum + each) / 1000,
    );
    for (const mean of means) expect(Math.abs(mean - 0.5)).toBeLessThan(0.05);
    const firsts = Array.from({ length: 1000 }, (_, seed) => streamOf(seed, "x").next());
    const low = firsts.filter((first) => first < 0.5).length;
    expect(Math.abs(low - 500)).toBeLessThan(80);
  });

  test("gives whole numbers with both ends, chances, and one of several", () => {
    const stream = streamOf(1, "x");
    const dice = Array.from({ length: 1000 }, () => stream.between(1, 6));
    expect([...new Set(dice)].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Array.from({ length: 100 }, () => stream.chance(0)).includes(true)).toBe(false);
    expect(Array.from({ length: 100 }, () => stream.chance(100)).includes(false)).toBe(false);
    expect(new Set(Array.from({ length: 100 }, () => stream.pick(["a", "b"])))).toEqual(new Set(["a", "b"]));
  });

  test("gives waits whose mean is the one asked for", () => {
    const stream = streamOf(1, "x");
    const waits = Array.from({ length: 20_000 }, () => stream.exponential(8));
    expect(waits.reduce((sum, each) => sum + each) / waits.length).toBeCloseTo(8, 0);
  });
});
