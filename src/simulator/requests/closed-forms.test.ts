import { describe, expect, test } from "vitest";
import { streamOf } from "../kernel/random.ts";
import { erlangC } from "./erlang.ts";
import { Requests } from "./requests.ts";
import { Times } from "./times.ts";

const NO_WAIT = new Times(0, 0);
/** Milliseconds a request; so much of the servers' time is asked for. */
const MEAN = 1;
const REQUESTS = 2_000_000;

/** The mean time in the system, of one replica with so many servers. */
function simulated(cpu: Times, servers: number, load: number): number {
  const stages = [{ service: "api", cpu, wait: NO_WAIT, balancing: "round-robin" }] as const;
  const settings = { stages, timeoutMs: 1e6, retriesRefused: false, bucketMs: 1e6 };
  const requests = new Requests(settings, streamOf(11, "closed forms"));
  requests.setTargets(0, [requests.addReplica(0, { servers, speed: 1 })]);
  const perSecond = (1000 * servers * load) / MEAN;
  requests.setRate(perSecond);
  requests.advance((1000 * REQUESTS) / perSecond);
  return requests.outcomes.latency.average;
}

describe("the mean time in the system is that of queueing theory, within 1 %", () => {
  test.for([0.3, 0.5, 0.7])("M/M/1 at a load of %d", (load) => {
    const expected = MEAN / (1 - load);
    expect(Math.abs(simulated(new Times(MEAN, 1), 1, load) / expected - 1)).toBeLessThan(0.01);
  });

  test.for([
    [2, 0.7],
    [4, 0.8],
    [8, 0.6],
  ] as const)("M/M/%d at a load of %d", ([servers, load]) => {
    const expected = MEAN + (erlangC(servers, load) * MEAN) / (servers * (1 - load));
    expect(Math.abs(simulated(new Times(MEAN, 1), servers, load) / expected - 1)).toBeLessThan(0.01);
  });

  test.for([0, 0.5, 1.5])("M/G/1 with a variation of %d, by Pollaczek and Khinchine", (variation) => {
    const load = 0.6;
    const times = new Times(MEAN, variation);
    const expected = MEAN + ((load * MEAN) / (1 - load)) * ((1 + times.variance / MEAN ** 2) / 2);
    expect(Math.abs(simulated(times, 1, load) / expected - 1)).toBeLessThan(0.01);
  });
});
