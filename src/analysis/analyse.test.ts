import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { resolve } from "#model/resolve.ts";
import autoscalingGroup from "../../architectures/autoscaling-group/architecture.ts";
import fargate from "../../architectures/fargate/architecture.ts";
import microservices from "../../architectures/microservices/architecture.ts";
import threeTier from "../../architectures/three-tier/architecture.ts";
import transactionValidator from "../../architectures/transaction-validator/architecture.ts";
import { analyse } from "./analyse.ts";
import { withSettings } from "./settings.ts";
import { type Base, sound } from "./testing/architectures.ts";

const REFERENCES = { threeTier, microservices, autoscalingGroup, fargate, transactionValidator };

function failing(architecture: ResolvedArchitecture): string[] {
  return analyse(architecture)
    .filter(({ verdict }) => verdict === "fails")
    .map(({ check, part }) => `${check} ${part}`);
}

describe("analyse", () => {
  it.each<Base>(["fargate", "nodes", "instances"])("finds nothing wrong with what is sound on %s", (base) => {
    expect(failing(sound(base))).toEqual([]);
  });

  it.each(Object.entries(REFERENCES))("says of each part once what is so: %s", (_, declared) => {
    for (const environment of Object.keys(declared.environments)) {
      const findings = analyse(resolve(declared, environment));
      const keys = findings.map(({ check, part }) => `${check} ${part}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const finding of findings) expectWellFormed(finding);
    }
  });

  it.each(Object.entries(REFERENCES))("proposes only settings that there are: %s", (_, declared) => {
    const architecture = resolve(declared, "production");
    for (const { remedy } of analyse(architecture)) {
      if (!remedy?.set) continue;
      expect(() => analyse(withSettings(architecture, remedy.set ?? {}))).not.toThrow();
    }
  });

  it.each(Object.entries(REFERENCES))("mends what it proposes to mend: %s", (_, declared) => {
    const architecture = resolve(declared, "production");
    for (const { check, part, verdict, remedy } of analyse(architecture)) {
      if (verdict !== "fails" || !remedy?.set) continue;
      const after = analyse(withSettings(architecture, remedy.set)).find(
        (finding) => finding.check === check && finding.part === part,
      );
      expect(`${check} ${part} ${after?.verdict ?? "gone"}`).not.toBe(`${check} ${part} fails`);
    }
  });

  it("judges versions by the day that it is told", () => {
    const architecture = sound("nodes", { compute: { version: "1.31" } });
    const verdictOn = (day: string) =>
      analyse(architecture, day).find(({ part }) => part === "compute.version")?.says;
    expect(verdictOn("2025-11-01")).toContain("in standard support until 2025-11-26");
    expect(verdictOn("2026-11-21")).toContain(
      "extended support until 2026-11-26, which costs $365.00 a month more",
    );
    expect(verdictOn("2026-11-27")).toContain("supported no longer");
  });

  it("never throws, whatever an environment sets", () => {
    const resolved = new Map(
      Object.entries(REFERENCES).flatMap(([name, declared]) =>
        Object.keys(declared.environments).map(
          (each) => [`${name} ${each}`, resolve(declared, each)] as const,
        ),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...resolved.keys()), settings, (name, change) => {
        const architecture = resolved.get(name) as ResolvedArchitecture;
        const fitting = Object.fromEntries(
          Object.entries(expand(architecture, change)).filter(([, value]) => value !== undefined),
        );
        for (const finding of analyse(withSettings(architecture, fitting))) expectWellFormed(finding);
      }),
      { numRuns: 100 },
    );
  });
});

function expectWellFormed({
  check,
  part,
  says,
  verdict,
  remedy,
  references,
  figure,
  limit,
  unit,
}: Finding): void {
  expect(check).toMatch(/^[a-z-]+$/);
  expect(part).not.toMatch(/undefined|NaN/);
  expect(says).toMatch(/^[A-Z0-9$].*\.$/s);
  expect(says).not.toMatch(/undefined|NaN|\[object|\.\./);
  expect(remedy === null).toBe(verdict === "holds");
  expect(Number.isNaN(figure) || Number.isNaN(limit)).toBe(false);
  expect((figure ?? limit) === null || unit !== null).toBe(true);
  for (const { page, asOf } of references) {
    expect(page).toMatch(/^https:\/\//);
    expect(asOf).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
  }
}

/** Settings that environments change, over all of the values that they may have, sensible or not. */
const settings = fc.record({
  min: fc.integer({ min: 0, max: 30 }),
  desired: fc.integer({ min: 0, max: 60 }),
  max: fc.integer({ min: 1, max: 500 }),
  pool: fc.integer({ min: 1, max: 2000 }),
  instance: fc.constantFrom("db.t3.micro", "db.r6g.large", "db.unknown.large", "db.c5.large", "db.t2.small"),
  node: fc.constantFrom("cache.t3.micro", "cache.r7g.xlarge", "cache.x.y", "cache.t3.xlarge"),
  multiZone: fc.boolean(),
  readReplicas: fc.integer({ min: 0, max: 15 }),
  retention: fc.integer({ min: 0, max: 100 * 86_400_000 }),
  nat: fc.constantFrom("per-zone", "single", "none"),
  nodes: fc.integer({ min: 0, max: 100 }),
  types: fc.subarray(["t3.medium", "m6g.large", "x9.huge", "r7g.large"], { minLength: 1 }),
  cpu: fc.constantFrom(0.01, 0.25, 0.5, 3, 64),
  memory: fc.integer({ min: 1, max: 2 ** 38 }),
  scaling: fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant("target-tracking"),
        metric: fc.constantFrom("cpu", "memory", "requests-per-target"),
        target: fc.integer({ min: 1, max: 1000 }),
        cooldown: fc.constant({ out: 0, in: 0 }),
      }),
      fc.record({
        kind: fc.constant("step"),
        metric: fc.constant("cpu"),
        when: fc.constantFrom("above", "below"),
        threshold: fc.integer({ min: 0, max: 100 }),
        periods: fc.integer({ min: 1, max: 5 }),
        period: fc.constant(60_000),
        change: fc.constantFrom(-2, -1, 1, 2),
        cooldown: fc.constant(0),
      }),
      fc.record({
        kind: fc.constant("scheduled"),
        name: fc.constant("night"),
        min: fc.integer({ min: 0, max: 5 }),
        max: fc.integer({ min: 0, max: 9 }),
        timeZone: fc.constant("UTC"),
      }),
    ),
    { maxLength: 3 },
  ),
});

type Change = typeof settings extends fc.Arbitrary<infer T> ? T : never;

/** The same change for every service, store and node group of an architecture, as paths. */
function expand(architecture: ResolvedArchitecture, change: Change): Record<string, unknown> {
  const set: Record<string, unknown> = { "network.nat": change.nat };
  const [low = 0, middle = 0, high = 1] = [change.min, change.desired, change.max].sort((a, b) => a - b);
  for (const [name, service] of Object.entries(architecture.services)) {
    set[`services.${name}.size`] = { cpu: change.cpu, memory: change.memory };
    if (service.kind === "job") continue;
    set[`services.${name}.replicas`] = { min: low, desired: middle, max: Math.max(1, high) };
    set[`services.${name}.scaling`] = change.scaling;
  }
  for (const [name, store] of Object.entries(architecture.stores)) {
    if (store.kind === "bucket") continue;
    set[`stores.${name}.multiZone`] = change.multiZone;
    set[`stores.${name}.readReplicas`] = change.readReplicas;
    if (store.hosting === "managed")
      set[`stores.${name}.instance`] = store.kind === "redis" ? change.node : change.instance;
    if ("backup" in store) {
      set[`stores.${name}.backup.retention`] = change.retention;
      set[`stores.${name}.connectionsPerReplica`] = change.pool;
    }
  }
  const { compute } = architecture;
  if (compute.kind === "eks")
    for (const name of Object.keys(compute.nodeGroups)) {
      set[`compute.nodeGroups.${name}.instanceTypes`] = change.types;
      set[`compute.nodeGroups.${name}.min`] = Math.min(change.nodes, low);
      set[`compute.nodeGroups.${name}.max`] = Math.max(1, change.nodes);
    }
  if (compute.kind === "ec2-auto-scaling") set["compute.instanceType"] = change.types[0];
  return set;
}
