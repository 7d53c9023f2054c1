import type { ResolvedArchitecture } from "#model/architecture.ts";
import { merge } from "#model/data.ts";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";

/** What each kind of compute adds to the small architecture, so that every check about it has something to say. */
const COMMON = {
  stores: {
    database: { version: "15.18", backup: { copyTo: { region: "us-west-2", retention: "7d" } } },
    cache: {
      kind: "redis",
      version: "7.1",
      instance: "cache.m6g.large",
      multiZone: true,
      purposes: ["rate-limits"],
    },
  },
  entry: { dns: { domain: "api.example.com" }, loadBalancer: { deregistrationDelay: "30s" } },
  recovery: { rto: "4h", rpo: "1d" },
  services: {
    api: { uses: ["database", "cache"], scaling: [{ kind: "target-tracking", metric: "cpu", target: 50 }] },
  },
  observability: { alarms: [{ signal: "http-5xx", above: 5, unit: "count" }], notify: ["email"] },
};

const COMPUTE = {
  fargate: {
    services: { api: { size: { cpu: "0.5 vCPU", memory: "1GiB" } } },
    compute: { kind: "ecs-fargate", capacity: [{ provider: "FARGATE", weight: 1 }] },
  },
  nodes: {
    services: {
      api: {
        size: { cpu: "250m", memory: "512MiB" },
        probes: { liveness: { path: "/healthz" }, readiness: { path: "/healthz" } },
        disruption: { minAvailable: 1 },
      },
    },
    compute: {
      kind: "eks",
      version: "1.35",
      nodeGroups: { main: { instanceTypes: ["m6i.large"], min: 2, desired: 2, max: 4 } },
    },
  },
  instances: {
    services: { api: { size: { cpu: "2 vCPU", memory: "4GiB" } } },
    compute: { kind: "ec2-auto-scaling", instanceType: "m6i.large" },
  },
} as const;

export type Base = keyof typeof COMPUTE;

/**
 * A sound architecture on one kind of compute, with something else in it.
 * @param environment the small architecture has development and production.
 */
export function sound(base: Base, change: unknown = {}, environment = "production"): ResolvedArchitecture {
  const whole = [COMMON, COMPUTE[base], change].reduce(merge, {}) as { readonly compute: unknown };
  // Kinds of compute have no field in common.
  return resolve({ ...smallWith({ ...whole, compute: {} }), compute: whole.compute }, environment);
}
