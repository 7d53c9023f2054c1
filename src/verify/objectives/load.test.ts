import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { smallWith } from "#model/testing/small.ts";
import { loadSeen, seen, storeSeen } from "../testing/seen.ts";
import { checkIn, verified } from "../testing/verified.ts";
import { statisticOf } from "./latency.ts";

const claim = { text: "as fast as that", line: 5 };
const promising = (objective: object) => smallWith({ objectives: [{ id: "it", claim, ...objective }] });
const only = ["measured"];
const loaded = (...load: Parameters<typeof loadSeen>) => seen({ load: () => ({ value: loadSeen(...load) }) });

const latency = (of: string, within: string, statistic = "p95") =>
  promising({ kind: "latency", of, statistic, within });
const withLimits = (limits: readonly string[]) =>
  checkIn(verified(latency("api", "10ms"), { only, measured: loaded({ limits }) }), "it.measured").verdict;
const rate = (atLeast: string) => promising({ kind: "throughput", of: "requests", atLeast });
const use = (from: number, to: number) => promising({ kind: "utilisation", of: "cpu", between: [from, to] });
const between = (from: number, to: number) =>
  checkIn(verified(use(from, to), { only, measured: loaded() }), "it.measured").verdict;
const connections = promising({ kind: "connections", to: "database", atLeast: 100 });
const held = (open: number, error: string | null) =>
  seen({ store: () => ({ value: storeSeen({ connections: { asked: 100, open, error } }) }) });
const connected = (open: number, error: string | null) =>
  checkIn(verified(connections, { only, measured: held(open, error) }), "it.measured");

describe("latency", () => {
  it("of the API is simulated, and measured from the moment that a request was due", () => {
    const report = verified(latency("api", "200ms"), { only, measured: loaded() });
    expect(checkIn(verified(latency("api", "200ms")), "it.simulated")).toMatchObject({
      source: "simulated",
      profile: "aws",
    });
    expect(checkIn(report, "it.measured")).toMatchObject({ verdict: "holds", figure: 20, samples: 2_000 });
  });

  it("is not kept where many requests are not answered at all", () => {
    const load = {
      billing: { usage: { requests: "2000/s" } },
      services: { api: { size: { cpu: "0.25 vCPU" }, replicas: { min: 1, desired: 1, max: 1 } } },
      objectives: [{ id: "it", claim, kind: "latency", of: "api", statistic: "p50", within: "1m" }],
    };
    expect(checkIn(verified(smallWith(load)), "it.simulated")).toMatchObject({
      verdict: "fails",
      remedy: expect.stringContaining("replicas"),
    });
  });

  it("that is too long fails, unless the generator was the limit", () => {
    expect([withLimits([]), withLimits(["The generator was late."])]).toEqual(["fails", "inconclusive"]);
  });

  it("that is too long, or a rate that is not reached, says little on a machine with other work", () => {
    const busy = { ...loaded({}, { failed: 1_000, succeeded: 1_000 }), busy: "this machine was busy" };
    for (const promised of [latency("api", "10ms"), rate("100/s")])
      expect(checkIn(verified(promised, { only, measured: busy }), "it.measured")).toMatchObject({
        verdict: "inconclusive",
        says: expect.stringContaining("It says little, because this machine was busy."),
      });
  });

  it("does not hold where requests fail fast", () => {
    const measured = loaded({}, { failed: 1, succeeded: 1_999 });
    expect(checkIn(verified(latency("api", "1s"), { only, measured }), "it.measured").verdict).toBe("fails");
  });

  it("of a store is that of round trips to it", () => {
    const measured = seen({ store: () => ({ value: storeSeen() }) });
    const check = checkIn(
      verified(latency("database", "100ms", "average"), { only, measured }),
      "it.measured",
    );
    expect(check).toMatchObject({ verdict: "holds", figure: 2, part: "stores.database", samples: 500 });
  });

  it("of a store that no service uses, or of a page, is inconclusive", () => {
    for (const of of ["cache", "page"])
      expect(checkIn(verified(latency(of, "1s"), { only, measured: seen({}) }), "it.measured").verdict).toBe(
        "inconclusive",
      );
  });

  it("on average is bounded by the percentiles", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1_000, maxLength: 2_000 }),
        (values) => {
          const sorted = values.toSorted((a, b) => a - b);
          const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] as number;
          const times = {
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            max: at(1),
          };
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
          // The shares are of whole requests.
          expect(statisticOf(times, "average") * (1 + 10 / values.length)).toBeGreaterThanOrEqual(mean);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("throughput", () => {
  it("holds where what came at the promised rate was answered", () => {
    expect(checkIn(verified(rate("100/s"), { only, measured: loaded() }), "it.measured")).toMatchObject({
      verdict: "holds",
      figure: 100,
    });
  });

  it("fails where requests fail, and is inconclusive where fewer were sent", () => {
    const failing = loaded({}, { succeeded: 1_900, failed: 100 });
    expect(checkIn(verified(rate("100/s"), { only, measured: failing }), "it.measured").verdict).toBe(
      "fails",
    );
    expect(checkIn(verified(rate("500/s"), { only, measured: loaded() }), "it.measured").verdict).toBe(
      "inconclusive",
    );
  });

  it("that no number of replicas can have is found by the simulation", () => {
    expect(checkIn(verified(rate("100/s")), "it.simulated").verdict).toBe("holds");
    expect(checkIn(verified(rate("20000/s")), "it.simulated").verdict).toBe("fails");
  });
});

describe("utilisation", () => {
  it("is to be between both bounds", () => {
    expect([between(60, 70), between(70, 80), between(40, 60)]).toEqual(["holds", "fails", "fails"]);
  });
});

describe("connections", () => {
  it("are those that were open at the same time", () => {
    expect(connected(100, null)).toMatchObject({ verdict: "holds", figure: 100 });
    expect(connected(97, "too many clients")).toMatchObject({ verdict: "fails", figure: 97 });
    expect(connected(97, "too many clients").says).toContain("too many clients");
  });
});

it("a flow of data is never measured on one machine", () => {
  const uploads = promising({ kind: "data-flow", of: "uploads", atLeast: "100MB/s" });
  const report = verified(uploads, { only, measured: loaded() });
  expect(checkIn(report, "it.measured").verdict).toBe("inconclusive");
});
