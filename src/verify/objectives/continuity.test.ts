import { expect, it } from "vitest";
import { smallWith } from "#model/testing/small.ts";
import { drilledRounds, seen } from "../testing/seen.ts";
import { checkIn, verified } from "../testing/verified.ts";

const going = (during: string) =>
  smallWith({
    objectives: [{ id: "on", kind: "continuity", during, claim: { text: "requests go on", line: 3 } }],
  });

const simulated = (during: string) => checkIn(verified(going(during)), "on.simulated").verdict;

it("requests go on where one of several replicas is gone, and not where all need what is gone", () => {
  expect(simulated("replica-crash")).toBe("holds");
  expect(simulated("deployment")).toBe("holds");
  expect(simulated("zone-failure")).toBe("fails");
});

it("says how many requests fail meanwhile, also where it holds", () => {
  expect(checkIn(verified(going("replica-crash")), "on.simulated").says).toMatch(
    /^[\d,.]+ requests fail in /,
  );
});

it("is measured by the longest time in which nobody had an answer", () => {
  const asked: string[] = [];
  const report = verified(going("deployment"), {
    only: ["measured"],
    measured: seen({
      drill: (name) => {
        asked.push(name);
        return { value: drilledRounds([3_000], { longestGapMs: 400 }) };
      },
    }),
  });
  expect(checkIn(report, "on.measured")).toMatchObject({ verdict: "holds", figure: 400, limit: 1_000 });
  expect(new Set(asked)).toEqual(new Set(["deployment"]));
});

it("an instance that is gone is measured as a replica of which nothing answers", () => {
  const asked = new Set<string>();
  const compute = { kind: "ec2-auto-scaling", instanceType: "t3.small" };
  verified(
    { ...going("node-failure"), compute },
    {
      only: ["measured"],
      measured: seen({
        drill: (name) => {
          asked.add(name);
          return { value: drilledRounds([100]) };
        },
      }),
    },
  );
  expect(asked).toEqual(new Set(["replica-hang"]));
});
