import { describe, expect, it } from "vitest";
import autoscalingGroup from "../../architectures/autoscaling-group/architecture.ts";
import fargate from "../../architectures/fargate/architecture.ts";
import microservices from "../../architectures/microservices/architecture.ts";
import threeTier from "../../architectures/three-tier/architecture.ts";
import transactionValidator from "../../architectures/transaction-validator/architecture.ts";
import { environmentsOf, resolve } from "#model/resolve.ts";
import { substitutesOf } from "./substitutes.ts";

const ALL = [autoscalingGroup, fargate, microservices, threeTier, transactionValidator];
const CASES = ALL.flatMap((architecture) =>
  environmentsOf(architecture).map((environment) => [architecture.name, environment, architecture] as const),
);

describe.each(CASES)("%s in %s", (_, environment, unresolved) => {
  const architecture = resolve(unresolved, environment);
  const programs = Object.fromEntries(
    Object.keys(architecture.stores).map((name) => [name, `what runs ${name}`]),
  );
  const substitutes = substitutesOf(architecture, programs, true);

  it("names every part that is not what AWS runs, once", () => {
    const { entry, services, stores } = architecture;
    const replicated = Object.entries(stores).filter(
      ([, store]) => store.kind === "postgresql" && store.readReplicas > 0,
    );
    const expected = [
      "entry.loadBalancer",
      ...(["dns", "certificate", "cdn", "waf"] as const)
        .filter((part) => entry[part])
        .map((part) => `entry.${part}`),
      ...Object.keys(services).map((name) => `services.${name}`),
      ...Object.keys(services)
        .filter((name) => Object.values(services).some(({ uses }) => uses.includes(name)))
        .map((name) => `services.${name}.callers`),
      ...Object.keys(stores).map((name) => `stores.${name}`),
      ...replicated.map(([name]) => `stores.${name}.readReplicas`),
      "network",
      "secrets",
    ];
    expect(substitutes.map(({ part }) => part).sort()).toEqual(expected.sort());
  });

  it("says of each what is declared, what runs and why", () => {
    for (const { declared, runs, reason } of substitutes) {
      expect(declared).not.toMatch(/undefined|null|NaN|\[object|^$/);
      expect(runs).not.toBe("");
      expect(reason).not.toBe("");
    }
    for (const name of Object.keys(architecture.stores))
      expect(substitutes.find(({ part }) => part === `stores.${name}`)?.runs).toBe(`what runs ${name}`);
  });
});

it("says that nothing runs for a store without a program", () => {
  const substitutes = substitutesOf(resolve(fargate, "production"), {}, true);
  expect(substitutes.find(({ part }) => part === "stores.database")).toMatchObject({
    declared: "RDS PostgreSQL 15.4, db.t3.small, Multi-AZ",
    runs: "nothing",
  });
});
