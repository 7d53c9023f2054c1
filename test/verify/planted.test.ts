import { expect, test } from "vitest";
import { merge } from "#model/data.ts";
import { small, smallWith } from "#model/testing/small.ts";
import { verified } from "#verify/testing/verified.ts";

const claim = (text: string) => ({ text, line: 1 });

/** Sound as far as the faults go that are planted below. */
const sound = {
  network: { nat: "per-zone" },
  stores: {
    database: { version: "16", connectionsPerReplica: 5, backup: { retention: "14d", pointInTime: true } },
  },
} as const;

/** What was planted, and the check that has to find it: one that fails with it, and does not fail without it. */
const FAULTS: readonly (readonly [what: string, change: unknown, check: string | RegExp])[] = [
  ["one NAT gateway for two zones", { network: { nat: "single" } }, "single-point.network.nat"],
  [
    "a service that may have a single replica",
    { services: { api: { replicas: { min: 1, desired: 1, max: 6 } } } },
    "single-point.services.api.replicas.min",
  ],
  [
    "a database without a standby",
    { stores: { database: { multiZone: false } } },
    "single-point.stores.database",
  ],
  [
    "pools that together are larger than the database allows",
    { stores: { database: { connectionsPerReplica: 60 } } },
    /^connection-budget/,
  ],
  [
    "a recovery point that the backups do not reach",
    { recovery: { rpo: "5m" }, stores: { database: { backup: { pointInTime: false } } } },
    /^recovery-point/,
  ],
  [
    "a failover that is promised faster than AWS documents",
    {
      objectives: [
        {
          id: "fast",
          kind: "recovery",
          from: "database-failure",
          store: "database",
          within: "30s",
          claim: claim("30 s"),
        },
      ],
    },
    "fast.documented",
  ],
  ["a version that AWS has withdrawn", { stores: { database: { version: "11" } } }, /^version/],
  [
    "a deployment that may neither stop nor start a replica",
    { services: { api: { rollout: { minHealthy: 100, max: 100 } } } },
    /^rollout/,
  ],
  [
    "subnets that are too small for the replicas once a zone is gone",
    {
      network: { subnets: { private: ["10.0.11.0/27", "10.0.12.0/27"] } },
      services: { api: { replicas: { min: 2, desired: 2, max: 50 } } },
    },
    /^addresses/,
  ],
  [
    "a price for one of two NAT gateways",
    {
      objectives: [
        {
          id: "nat",
          kind: "cost",
          component: "NAT Gateway",
          perMonth: { from: 32.85, to: 32.85 },
          claim: claim("$32.85"),
        },
      ],
    },
    "nat.computed",
  ],
  [
    "rows that do not add up to the total",
    {
      objectives: [
        {
          id: "nat",
          kind: "cost",
          component: "NAT Gateway",
          perMonth: { from: 65.7, to: 65.7 },
          claim: claim("$65.70"),
        },
        { id: "total", kind: "cost", perMonth: { from: 40, to: 40 }, claim: claim("$40") },
      ],
    },
    /^cost-table-sum/,
  ],
  [
    "a region that may be lost within minutes, and nothing in another one",
    {
      objectives: [
        { id: "region", kind: "recovery", from: "region-failure", within: "15m", claim: claim("15 min") },
      ],
    },
    "region.simulated",
  ],
  [
    "an alarm above what scaling keeps",
    { services: { api: { scaling: [{ kind: "target-tracking", metric: "cpu", target: 85 }] } } },
    /^(zone-loss-capacity|alarm)/,
  ],
  [
    "an override that gives the database an address on the internet",
    { terraform: { "aws_db_instance.database": { publicly_accessible: true } } },
    "policy.database-private",
  ],
  [
    "an override that cuts the load balancer off from its targets",
    {
      terraform: {
        "aws_vpc_security_group_ingress_rule.api_from_load_balancer_8000": { from_port: 9000, to_port: 9000 },
      },
    },
    /^reachability.load-balancer.api/,
  ],
];

function failing(change: unknown): string[] {
  return verified(change)
    .checks.filter(({ verdict }) => verdict === "fails")
    .map(({ id }) => id);
}

const base = smallWith(sound);
const before = failing(base);

test.each(FAULTS)("%s is found", (_, change, check) => {
  const isIt = (id: string) => (typeof check === "string" ? id === check : check.test(id));
  const found = failing(merge(base, change)).filter((id) => isIt(id) && !before.includes(id));
  expect(found).not.toEqual([]);
});

test("the small architecture promises nothing, and is looked at all the same", () => {
  expect(verified(small).checks.length).toBeGreaterThan(20);
});
