// Scenarios with AWS's timings: how fast requests are simulated one by one and in the aggregate, and how far either is off.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Architecture, ResolvedArchitecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { streamOf } from "#simulator/kernel/random.ts";
import { erlangC } from "#simulator/requests/erlang.ts";
import { Requests } from "#simulator/requests/requests.ts";
import { Times } from "#simulator/requests/times.ts";
import type { ScenarioResult, SimulateOptions } from "#simulator/scenarios/result.ts";
import { simulate } from "#simulator/scenarios/simulate.ts";

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

const ARCHITECTURES = join(import.meta.dirname, "../architectures");

export async function simulation(json: boolean): Promise<void> {
  const figures = [
    oneByOne(4, 1000),
    oneByOne(20, 10_000),
    ...closedForms(),
    ...(await zoneFailures(1000)),
    ...(await aDay()),
  ];
  if (json) console.log(JSON.stringify({ bench: "simulation", figures }));
  else
    for (const { name, value, unit } of figures)
      console.log(
        `${name.padEnd(64)} ${value.toLocaleString("en", { maximumFractionDigits: 2 }).padStart(12)} ${unit}`,
      );
}

/** Seconds of processor time: others share the machine, and nothing here uses more than one core. */
function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Requests a second of one core, each by itself: arrival, balancing, queue, service, wait and answer. */
function oneByOne(replicas: number, perSecond: number): Figure {
  const stage = { service: "api", cpu: new Times(1, 1), wait: new Times(8, 0.5) } as const;
  const stages = [{ ...stage, balancing: "least-outstanding-requests" as const }];
  const requests = new Requests(
    { stages, timeoutMs: 5000, retriesRefused: false, bucketMs: 1000 },
    streamOf(1, "bench"),
  );
  const all = Array.from({ length: replicas }, () => requests.addReplica(0, { servers: 1, speed: 1 }));
  requests.setTargets(0, all);
  requests.setRate(perSecond);
  let until = 0;
  const rates = Array.from({ length: 5 }, () => {
    const before = requests.arrived;
    const seconds = cpuSeconds(() => requests.advance((until += 2e9 / perSecond)));
    return (requests.arrived - before) / seconds;
  });
  return {
    name: `one by one, ${replicas} replicas, best of five`,
    value: Math.max(...rates),
    unit: "requests/s of CPU",
  };
}

/** How far the mean time in the system is from that of queueing theory. */
function closedForms(): Figure[] {
  const load = 0.7;
  const [exponential, wide] = [new Times(1, 1), new Times(1, 1.5)];
  const cases = [
    { name: "M/M/1", cpu: exponential, servers: 1, expected: 1 / (1 - load) },
    { name: "M/M/4", cpu: exponential, servers: 4, expected: 1 + erlangC(4, load) / (4 * (1 - load)) },
    { name: "M/G/1", cpu: wide, servers: 1, expected: 1 + (load / (1 - load)) * ((1 + wide.variance) / 2) },
  ];
  return cases.map(({ name, cpu, servers, expected }) => {
    const stages = [{ service: "api", cpu, wait: new Times(0, 0), balancing: "round-robin" as const }];
    const settings = { stages, timeoutMs: 1e9, retriesRefused: false, bucketMs: 1e9 };
    const requests = new Requests(settings, streamOf(2, name));
    requests.setTargets(0, [requests.addReplica(0, { servers, speed: 1 })]);
    requests.setRate(1000 * servers * load);
    requests.advance(8e6 / (servers * load));
    const error = requests.outcomes.latency.average / expected - 1;
    return { name: `${name} at a load of 0.7: error of the mean`, value: 100 * error, unit: "%" };
  });
}

/** Time of many runs of the loss of a zone at 10,000 requests a minute, for every architecture. */
async function zoneFailures(runs: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of readdirSync(ARCHITECTURES)) {
    const architecture = await production(name);
    const value = cpuSeconds(() =>
      simulate(architecture, "zone-failure", { runs, seed: 1, rate: 10_000 / 60 }),
    );
    figures.push({ name: `${runs} losses of a zone of ${name}`, value, unit: "s of CPU" });
  }
  return figures;
}

/** A day at 10,000 requests a second with scaling at work, and the error of the aggregate in an hour of it. */
async function aDay(): Promise<Figure[]> {
  const architecture = await production("transaction-validator");
  const options = { runs: 1, seed: 3, rate: 10_000, shape: "day" } as const;
  let requests = 0;
  const seconds = cpuSeconds(() => {
    ({ requests } = simulate(architecture, "steady", { ...options, hours: 24, mode: "aggregate" }));
  });
  const hour = (mode: SimulateOptions["mode"] & string) =>
    simulate(architecture, "steady", { ...options, hours: 1, mode });
  const [aggregate, each] = [hour("aggregate"), hour("event-by-event")];
  const error = (of: (result: ScenarioResult) => number): number => 100 * (of(aggregate) / of(each) - 1);
  const errors = {
    "average latency": error(({ latencyMs }) => latencyMs?.average ?? Number.NaN),
    "95th percentile": error(({ latencyMs }) => latencyMs?.p95 ?? Number.NaN),
    "99th percentile": error(({ latencyMs }) => latencyMs?.p99 ?? Number.NaN),
    "replica-hours": error(({ resourceHours }) => Object.values(resourceHours)[0] ?? Number.NaN),
  };
  return [
    {
      name: `a day at 10,000/s: ${requests.toLocaleString("en")} requests`,
      value: seconds,
      unit: "s of CPU",
    },
    ...Object.entries(errors).map(([name, value]) => ({
      name: `an hour of it: error of the aggregate's ${name}`,
      value,
      unit: "%",
    })),
  ];
}

async function production(name: string): Promise<ResolvedArchitecture> {
  const module = (await import(join(ARCHITECTURES, name, "architecture.ts"))) as { default: Architecture };
  return resolve(module.default, "production");
}
