import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Architecture, ResolvedArchitecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import { SCENARIOS, type Scenario } from "./result.ts";
import { simulate, simulateRebuild } from "./simulate.ts";

const ARCHITECTURES = join(import.meta.dirname, "../../../architectures");
const MINUTE = 60_000;
const EKS = {
  kind: "eks" as const,
  version: "1.34",
  nodeGroups: { main: { instanceTypes: ["m6i.large"], min: 2, desired: 2, max: 4 } },
};

function small(change: unknown = {}): ResolvedArchitecture {
  return resolve(smallWith(change), "production");
}

/** The same on pods. */
function onPods(change: unknown = {}): ResolvedArchitecture {
  return resolve({ ...smallWith(change), compute: EKS }, "production");
}

function withStore(change: unknown): ResolvedArchitecture {
  return small({ stores: { database: change } });
}

const OPTIONS = { runs: 10, seed: 1, rate: 20 } as const;

describe("every scenario of every architecture", () => {
  test.for(readdirSync(ARCHITECTURES))("of %s gives figures", async (name) => {
    const file = join(ARCHITECTURES, name, "architecture.ts");
    const { default: architecture } = (await import(file)) as { default: Architecture };
    const resolved = resolve(architecture, "production");
    const hasCache = Object.values(resolved.stores).some(({ kind }) => kind === "redis");
    const scenarios = (Object.keys(SCENARIOS) as Scenario[]).filter(
      (scenario) => hasCache || scenario !== "cache-failure",
    );
    const results = scenarios.flatMap((scenario) =>
      (["aws", "local"] as const).map((profile) =>
        simulate(resolved, scenario, { runs: 2, seed: 1, rate: 5, profile }),
      ),
    );
    const empty = results.filter(({ requests, assumptions }) => requests === 0 || assumptions.length === 0);
    expect(empty).toEqual([]);
    const withoutOutage = results.filter(({ outageMs }) => outageMs === null || outageMs.min <= 0);
    expect([...new Set(withoutOutage.map(({ scenario }) => scenario))]).toEqual(["steady"]);
  });
});

test("a seed repeats a result, and another one gives another", () => {
  const [one, same, other] = [4, 4, 5].map((seed) => simulate(small(), "zone-failure", { ...OPTIONS, seed }));
  expect(one).toEqual(same);
  expect(one?.outageMs).not.toEqual(other?.outageMs);
});

function failover(architecture: ResolvedArchitecture) {
  return simulate(architecture, "database-failure", { ...OPTIONS, runs: 40 }).outageMs;
}

describe("a database fails over as AWS says", () => {
  test("RDS with a standby, in 60 s to 120 s and up to 5 s until clients see it", () => {
    const { min = 0, max = 0 } = failover(small()) ?? {};
    expect(min).toBeGreaterThan(60_000);
    expect(max).toBeLessThan(127_000);
  });

  test("RDS without one, in ten minutes at the least", () => {
    expect(failover(withStore({ multiZone: false }))?.min).toBeGreaterThan(10 * MINUTE);
  });

  test("Aurora with a reader, mostly within half a minute", () => {
    const aurora = { engine: "aurora", version: "15.4", storage: undefined, readReplicas: 1 };
    expect(failover(withStore(aurora))?.median).toBeLessThan(35_000);
  });
});

describe("the loss of a zone", () => {
  test("never ends for a database without a standby that was in it", () => {
    const { outageMs } = simulate(withStore({ multiZone: false }), "zone-failure", OPTIONS);
    expect(outageMs?.never).toBeGreaterThan(0);
  });

  test("is not over for pods before they are evicted, though others serve", () => {
    const { outageMs, recoveryMs } = simulate(onPods(), "zone-failure", OPTIONS);
    expect(recoveryMs?.min).toBeGreaterThan(350_000);
    expect(outageMs?.max).toBeLessThan(180_000);
  });

  test("keeps new replicas from their image where the only NAT gateway was in it", () => {
    const single = small({ network: { nat: "single" } });
    expect(simulate(single, "zone-failure", OPTIONS).recoveryMs?.never).toBe(OPTIONS.runs / 2);
    expect(simulate(small(), "zone-failure", OPTIONS).recoveryMs?.never).toBe(0);
  });

  test("is the same in the aggregate", () => {
    const [each, aggregate] = (["event-by-event", "aggregate"] as const).map((mode) =>
      simulate(small(), "zone-failure", { ...OPTIONS, rate: 100, mode }),
    );
    const ratio = (aggregate?.failed.median ?? 0) / (each?.failed.median ?? 1);
    expect(Math.abs(ratio - 1)).toBeLessThan(0.15);
    expect(aggregate?.recoveryMs?.median).toBe(each?.recoveryMs?.median);
  });
});

test("more replicas never let more requests fail when one ends", () => {
  const failed = [2, 4, 6].map(
    (count) =>
      simulate(
        small({
          entry: { loadBalancer: { algorithm: "round-robin" } },
          services: { api: { replicas: { min: count, desired: count, max: 6 } } },
        }),
        "replica-crash",
        { ...OPTIONS, runs: 40, rate: 100 },
      ).failed.median,
  );
  expect(failed).toEqual(failed.toSorted((a, b) => b - a));
});

test("scaling keeps processors at their target, and its replicas are counted", () => {
  const scaling = [{ kind: "target-tracking", metric: "cpu", target: 60 }];
  const architecture = onPods({ services: { api: { scaling, replicas: { max: 6 } } } });
  const result = simulate(architecture, "steady", { runs: 2, seed: 1, rate: 2000, hours: 1 });
  expect(result.usage["api"]?.cpu.median).toBeGreaterThan(35);
  expect(result.usage["api"]?.cpu.median).toBeLessThan(70);
  expect(result.resourceHours["api"]).toBeGreaterThan(3);
});

describe("a disaster", () => {
  const copyTo = { region: "us-west-2", retention: "7d" };

  test("takes everything where no backup is elsewhere", () => {
    const { lossMs, assumptions } = simulate(small(), "disaster", OPTIONS);
    expect(lossMs).toMatchObject({ never: OPTIONS.runs, max: Infinity });
    expect(assumptions.join(" ")).toContain("Nothing of database is in another region");
  });

  test.for([1, 24])("takes what came since the last copy, where one is made every %i h", (hours) => {
    const every = hours * 60 * MINUTE;
    const { lossMs } = simulate(withStore({ backup: { copyTo, every: `${hours}h` } }), "disaster", OPTIONS);
    expect(lossMs?.never).toBe(0);
    expect(lossMs?.max).toBeGreaterThan(every / 2);
    // A copy takes an hour and a half at the most.
    expect(lossMs?.max).toBeLessThan(every + 180 * MINUTE);
  });

  test.for([
    ["pilot-light", "manual-dns", "warm-standby", "manual-dns"],
    ["warm-standby", "manual-dns", "active-active", "health-checked-dns"],
  ])("lasts longer with %s and %s than with %s and %s", ([less, lessBy, more, moreBy]) => {
    const [longer, shorter] = [
      [less, lessBy],
      [more, moreBy],
    ].map(([strategy, switchOver]) => {
      const recovery = { region: { name: "us-west-2", strategy, switchOver } };
      const architecture = small({ stores: { database: { backup: { copyTo } } }, recovery });
      return simulate(architecture, "region-failure", { ...OPTIONS, runs: 200 }).outageMs?.median ?? 0;
    });
    expect(longer).toBeGreaterThan(shorter as number);
  });
});

test("a rebuild is as long as its longest chain, and longer with a restore", () => {
  const { infrastructureMs, totalMs, steps } = simulateRebuild(small(), { runs: 101, seed: 1 });
  expect(steps.at(-1)?.toMs).toBe(infrastructureMs.median);
  for (const [index, step] of steps.slice(1).entries()) expect(step.fromMs).toBe(steps[index]?.toMs);
  expect(totalMs.median).toBeGreaterThan(infrastructureMs.median);
  expect(infrastructureMs.median).toBeGreaterThan(10 * MINUTE);
});

test("a scenario about what is not there is refused", () => {
  expect(() => simulate(small(), "cache-failure", OPTIONS)).toThrow(
    expect.objectContaining({ code: "SCENARIO_UNSUITABLE" }),
  );
});
