import { describe, expect, test } from "vitest";
import { streamOf } from "../kernel/random.ts";
import { Requests } from "../requests/requests.ts";
import { Times } from "../requests/times.ts";
import type { Traffic } from "../requests/traffic.ts";
import { Aggregate } from "./aggregate.ts";

const SETTINGS = {
  stages: [
    {
      service: "api",
      cpu: new Times(1, 1),
      wait: new Times(8, 0.5),
      balancing: "least-outstanding-requests",
    },
  ],
  timeoutMs: 2000,
  retriesRefused: false,
  bucketMs: 1000,
} as const;

function both(happens: (traffic: Traffic, replicas: readonly number[]) => void): [Traffic, Traffic] {
  const all = [new Requests(SETTINGS, streamOf(9, "requests")), new Aggregate(SETTINGS)] as const;
  for (const traffic of all) {
    const replicas = [1, 2, 3, 4].map(() => traffic.addReplica(0, { servers: 1, speed: 1 }));
    traffic.setTargets(0, replicas);
    traffic.setRate(2000);
    happens(traffic, replicas);
    traffic.finish();
  }
  return [...all];
}

function expectClose(actual: number, expected: number, percent: number): void {
  expect(100 * Math.abs(actual / expected - 1)).toBeLessThan(percent);
}

describe("the aggregate is as if each request were simulated", () => {
  test("where nothing happens", () => {
    const [each, aggregate] = both((traffic) => traffic.advance(120_000));
    const [one, other] = [each.outcomes, aggregate.outcomes];
    expectClose(other.answered, one.answered, 1);
    expectClose(other.latency.average, one.latency.average, 2);
    expectClose(other.latency.percentile(0.95), one.latency.percentile(0.95), 2);
    expectClose(aggregate.workOf(0), each.workOf(0), 2);
    expect(other.failed).toBe(0);
  });

  test("where a replica hangs", () => {
    const [each, aggregate] = both((traffic, [first]) => {
      traffic.advance(20_000);
      traffic.setCondition(first as number, "silent");
      traffic.advance(80_000);
    });
    expectClose(aggregate.outcomes.failed, each.outcomes.failed, 15);
  });

  test("where there is more to do than can be done for a while", () => {
    const [each, aggregate] = both((traffic) => {
      traffic.advance(20_000);
      traffic.setRate(6000);
      traffic.advance(30_000);
      traffic.setRate(1000);
      traffic.advance(60_000);
    });
    expectClose(aggregate.outcomes.failed, each.outcomes.failed, 15);
    expectClose(aggregate.workOf(1), each.workOf(1), 3);
  });
});
