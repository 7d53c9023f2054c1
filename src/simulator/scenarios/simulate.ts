import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { Histogram } from "../requests/histogram.ts";
import type { TrafficSettings } from "../requests/traffic.ts";
import { assumptionsOf } from "./assumptions.ts";
import { usedTimings } from "./delays.ts";
import { simulateRegion } from "./region.ts";
import type { Latency, Scenario, ScenarioResult, ServiceUsage, SimulateOptions } from "./result.ts";
import { type RunFigures, type RunSettings, run } from "./run.ts";
import type { LocalScenario } from "./scenarios.ts";
import { promisedRate, serviceTimeOf, stagesOf, USUAL_RATE } from "./service-times.ts";
import { durationsOf, spreadOf } from "./spread.ts";

/** When a client gives up. */
const CLIENT_PATIENCE_MS = 5000;
/** Above so many requests in all runs together they are not simulated one by one, unless that is asked for. */
const MOST_ONE_BY_ONE = 4_000_000;
/** For how many seconds of the rate a run has requests, about. */
const SECONDS: Readonly<Partial<Record<LocalScenario, number>>> = { steady: 1800, "traffic-spike": 3600 };
const USUAL_SECONDS = 600;
/** A minute on one machine is what takes half an hour on AWS. */
const LOCAL_SHARE = 1 / 30;

/**
 * Simulates a scenario many times, each time with other delays, and says how requests and the system have fared.
 * @throws PlumblineError SCENARIO_UNSUITABLE where the architecture has nothing that the scenario is about.
 */
export function simulate(
  architecture: ResolvedArchitecture,
  scenario: Scenario,
  options: SimulateOptions,
): ScenarioResult {
  if (scenario === "region-failure" || scenario === "disaster")
    return simulateRegion(architecture, scenario, options);
  const settings = settingsFor(architecture, scenario, options);
  const figures = Array.from({ length: options.runs }, (_, round) => run(settings, round));
  return {
    architecture: architecture.name,
    environment: architecture.environment,
    scenario,
    profile: settings.profile,
    runs: options.runs,
    seed: options.seed,
    rate: settings.rate,
    mode: settings.mode,
    requests: Math.round(figures.reduce((sum, { requests }) => sum + requests, 0)),
    failed: spreadOf(figures.map(({ failed }) => Math.round(failed))),
    latencyMs: latencyOf(figures),
    recoveryMs: scenario === "steady" ? null : durationsOf(figures.map(({ recoveryMs }) => recoveryMs)),
    outageMs: scenario === "steady" ? null : durationsOf(figures.map(({ outageMs }) => outageMs)),
    lossMs: lossOf(scenario, options),
    usage: usageOf(architecture, figures, options),
    resourceHours: hoursOf(figures),
    steps: (typical(figures)?.steps ?? []).toSorted((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs),
    timings: usedTimings(figures.flatMap(({ timings }) => [...timings])),
    assumptions: assumptionsOf(architecture, settings, options),
  };
}

function settingsFor(
  architecture: ResolvedArchitecture,
  scenario: LocalScenario,
  options: SimulateOptions,
): RunSettings {
  const times = options.serviceTimes ?? {};
  const stages = stagesOf(architecture, times);
  if (stages.length === 0)
    throw new PlumblineError(
      "SCENARIO_UNSUITABLE",
      `No route of ${architecture.name} leads to a service.`,
      "Give entry.loadBalancer.routes one with `to`.",
    );
  const profile = options.profile ?? "aws";
  const rate = options.rate ?? promisedRate(architecture) ?? USUAL_RATE;
  const mode =
    options.mode ??
    (rate * secondsOf(scenario, options) * options.runs > MOST_ONE_BY_ONE ? "aggregate" : "event-by-event");
  const traffic: TrafficSettings = {
    stages,
    timeoutMs: options.clientPatienceMs ?? CLIENT_PATIENCE_MS,
    retriesRefused: profile === "local",
    bucketMs: mode === "aggregate" ? 1000 : profile === "local" ? 10 : 100,
  };
  const { seed, service, store, hours, shape = "constant" } = options;
  return { architecture, scenario, profile, mode, rate, seed, times, traffic, service, store, hours, shape };
}

function secondsOf(scenario: LocalScenario, { hours, profile }: SimulateOptions): number {
  if (scenario === "steady" && hours !== undefined) return 3600 * hours;
  return (SECONDS[scenario] ?? USUAL_SECONDS) * (profile === "local" ? LOCAL_SHARE : 1);
}

function latencyOf(figures: readonly RunFigures[]): Latency | null {
  const all = new Histogram();
  for (const { latency } of figures) all.addAll(latency);
  if (all.count === 0) return null;
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => all.percentile(share)) as [number, number, number];
  return { p50, p95, p99, max: all.max, average: all.average };
}

/** A standby that takes over has every acknowledged write; a cache may lose its last ones, and holds nothing else. */
function lossOf(scenario: LocalScenario, { runs }: SimulateOptions): ScenarioResult["lossMs"] {
  const keeps = ["database-failure", "zone-failure", "node-failure", "replica-crash"];
  return keeps.includes(scenario) ? durationsOf(Array.from({ length: runs }, () => 0)) : null;
}

function usageOf(
  architecture: ResolvedArchitecture,
  figures: readonly RunFigures[],
  { serviceTimes = {} }: SimulateOptions,
): Readonly<Record<string, ServiceUsage>> {
  return Object.fromEntries(
    Object.keys(figures[0]?.usage ?? {}).map((service) => {
      const all = figures.flatMap(({ usage }) => usage[service] ?? []);
      const { memory } = serviceTimeOf(architecture, service, serviceTimes);
      const declared = architecture.services[service]?.size.memory ?? 1;
      return [
        service,
        {
          cpu: spreadOf(all.map(({ cpu }) => cpu)),
          memory: memory === null ? null : (100 * memory) / declared,
          replicas: spreadOf(all.map(({ replicas }) => replicas)),
        },
      ];
    }),
  );
}

/** The mean of the runs. */
function hoursOf(figures: readonly RunFigures[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.keys(figures[0]?.usage ?? {}).map((service) => [
      service,
      figures.reduce((sum, { usage }) => sum + (usage[service]?.hours ?? 0), 0) / figures.length,
    ]),
  );
}

/** The run whose outage is the median, or the longer one of the two in the middle. */
function typical(figures: readonly RunFigures[]): RunFigures | undefined {
  const sorted = figures.toSorted((a, b) => a.outageMs - b.outageMs || a.recoveryMs - b.recoveryMs);
  return sorted[Math.floor(sorted.length / 2)];
}

export { simulateRebuild } from "./rebuild.ts";
