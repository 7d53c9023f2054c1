import fc from "fast-check";
import { expect, test } from "vitest";
import { type Candidate, chooseTarget } from "./balancing.ts";

const candidate: fc.Arbitrary<Candidate> = fc.record({
  state: fc.constantFrom("healthy", "unhealthy", "draining", "initial"),
  outstanding: fc.nat(3),
});
const candidates = fc.array(candidate, { maxLength: 8 });

test("chooses the least outstanding of those that may be chosen, and none only when there is none", () => {
  fc.assert(
    fc.property(candidates, fc.nat(7), (targets, last) => {
      const chosen = targets[chooseTarget(targets, last)];
      const healthy = targets.filter(({ state }) => state === "healthy");
      const allowed = healthy.length > 0 ? healthy : targets.filter(({ state }) => state !== "draining");
      const least = Math.min(...allowed.map(({ outstanding }) => outstanding));
      expect(chosen?.outstanding ?? Infinity).toBe(least);
      expect(chosen === undefined || allowed.includes(chosen)).toBe(true);
    }),
  );
});

test("equals take turns", () => {
  const targets = [0, 0, 1, 0].map((outstanding): Candidate => ({ state: "healthy", outstanding }));
  const turns: number[] = [];
  for (let turn = 0; turn < 6; turn++) turns.push(chooseTarget(targets, turns.at(-1) ?? -1));
  expect(turns).toEqual([0, 1, 3, 0, 1, 3]);
});

test("a target that was tried is not chosen, nor an unhealthy one in its place", () => {
  const targets: Candidate[] = [
    { state: "healthy", outstanding: 0 },
    { state: "unhealthy", outstanding: 0 },
  ];
  expect(chooseTarget(targets, -1, [targets[0]!])).toBe(-1);
});
