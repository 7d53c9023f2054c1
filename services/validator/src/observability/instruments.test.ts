import { expect, test } from "vitest";

import { createInstruments } from "./instruments.ts";

test("counters, histograms and what is read when asked for come out as Prometheus wants them", async () => {
  const { registry, counter, histogram, gauge, total } = createInstruments();
  const requests = counter<"route">("requests_total", "Requests.");
  requests({ route: "/a" }).inc();
  requests({ route: "/a" }).inc(2);
  requests({ route: 'say "b"\n' }).inc();
  const seconds = histogram("seconds", "Time.", [0.1, 1])({});
  for (const value of [0.05, 0.1, 0.5, 7]) seconds.observe(value);
  gauge("waiting", "Waiting.", () => 3);
  gauge("unknown", "Not known yet.", () => undefined);
  gauge("asked", "Somebody else knows.", async () => 6);
  gauge("away", "Whoever knows is away.", () => Promise.reject(new Error("away")));
  gauge("connections", "Each.", () => [{ labels: { pool: "writer" }, value: 4 }]);
  total("dropped_total", "Dropped.", () => 5);

  expect(
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("# HELP")),
  ).toEqual([
    "# TYPE requests_total counter",
    'requests_total{route="/a"} 3',
    String.raw`requests_total{route="say \"b\"\n"} 1`,
    "# TYPE seconds histogram",
    'seconds_bucket{le="0.1"} 2',
    'seconds_bucket{le="1"} 3',
    'seconds_bucket{le="+Inf"} 4',
    "seconds_sum 7.65",
    "seconds_count 4",
    "# TYPE waiting gauge",
    "waiting 3",
    "# TYPE unknown gauge",
    "# TYPE asked gauge",
    "asked 6",
    "# TYPE away gauge",
    "# TYPE connections gauge",
    'connections{pool="writer"} 4',
    "# TYPE dropped_total counter",
    "dropped_total 5",
  ]);
});
