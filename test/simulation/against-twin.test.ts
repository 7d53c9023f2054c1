/**
 * How far the simulator is from the twin in the same profile. It takes minutes: `npm run test:simulation`. It prints what it
 * has found; docs/concepts/simulator.md keeps it.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DrillReport } from "#drills/report.ts";
import { ENTRY } from "#drills/round-targets.ts";
import type { Architecture, ResolvedArchitecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import type { ScenarioResult, ServiceTimes } from "#simulator/scenarios/result.ts";
import { serviceTimeFrom } from "#simulator/scenarios/service-times.ts";
import { simulate } from "#simulator/scenarios/simulate.ts";
import { lastLine } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { aTwin } from "../support/needs.ts";
import { Project } from "../support/project.ts";
import { memoryOf, processorMs } from "./processor-time.ts";

const NAME = "fargate-production";
const SECONDS = 15;
/** Requests a second of a drill's four writers, each of which rests 20 ms after an answer. */
const PROBE = { writers: 4, restMs: 20, patienceMs: 1000 } as const;
const ROUNDS = 3;
const RUNS = 200;

interface Load {
  readonly requests: number;
  readonly failed: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number };
}

interface Compared {
  readonly what: string;
  readonly measured: number;
  readonly simulated: number;
}

describe.skipIf(aTwin.skipped)(`the simulator beside a twin${aTwin.why}`, { timeout: 600_000 }, () => {
  let project: Project;
  let architecture: ResolvedArchitecture;
  let times: ServiceTimes;
  let usual: Load;
  const rows: Compared[] = [];

  beforeAll(async () => {
    project = new Project();
    const module = (await import("../../architectures/fargate/architecture.ts")) as { default: Architecture };
    architecture = resolve(module.default, "production");
    await project.up("fargate", "--environment", "production");
    // What has just begun compiles first.
    await load(100);
    const pids = await replicaPids();
    const before = processorMs(pids);
    usual = await load(100);
    const cpuMs = (processorMs(pids) - before) / usual.requests;
    const memory = memoryOf(pids);
    const seen = { cpuMs, ...usual.latencyMs, memory, startMs: await startMs(pids) };
    times = { api: serviceTimeFrom(seen, architecture.services["api"]?.size.cpu ?? 1) };
    console.log(`A request at 100/s: ${JSON.stringify(times["api"])}`);
  }, 300_000);

  afterAll(async () => {
    for (const { what, measured, simulated } of rows)
      console.log(
        `${what.padEnd(44)} twin ${shown(measured)}  simulated ${shown(simulated)}  error ${shown(simulated - measured)} (${Math.round(100 * (simulated / measured - 1))} %)`,
      );
    await project[Symbol.asyncDispose]();
  });

  it("has the latencies, also those that it was not told", async () => {
    const twice = await load(200);
    const [one, other] = [steady(100), steady(200)];
    compare("100/s (told): median latency, ms", usual.latencyMs.p50, one.latencyMs?.p50);
    compare("100/s (told): 95th percentile, ms", usual.latencyMs.p95, one.latencyMs?.p95);
    compare("200/s: median latency, ms", twice.latencyMs.p50, other.latencyMs?.p50);
    compare("200/s: 95th percentile, ms", twice.latencyMs.p95, other.latencyMs?.p95);
    for (const { measured, simulated } of rows) {
      expect(simulated).toBeLessThan(5 * measured);
      expect(simulated).toBeGreaterThan(measured / 5);
    }
  });

  it.for([
    ["replica-crash", []],
    ["database-failure", ["--how", "kill"]],
  ] as const)("has the outage and the recovery of %s", async ([drill, how]) => {
    const outcome = await project.run([
      "drill",
      drill,
      ...how,
      "--times",
      String(ROUNDS),
      "--twin",
      NAME,
      "--json",
    ]);
    const measured = lastLine<DrillReport>(outcome);
    const outage = medianOf(measured.rounds.flatMap(({ targets }) => clientsOf(targets)?.outageMs ?? []));
    const rate = (PROBE.writers * 1000) / (PROBE.restMs + usual.latencyMs.p50);
    const options = { runs: RUNS, seed: 1, rate, profile: "local", serviceTimes: times } as const;
    const simulated = simulate(architecture, drill, { ...options, clientPatienceMs: PROBE.patienceMs });
    compare(`${drill}: median outage, ms`, outage, simulated.outageMs?.median);
    compare(`${drill}: median recovery, ms`, measured.recoveryMs?.median, simulated.recoveryMs?.median);
    // A busy machine takes its time, and never less than it needs.
    expect(simulated.outageMs?.median).toBeLessThan(outage + 1000);
    expect(simulated.recoveryMs?.median).toBeLessThan(2 * (measured.recoveryMs?.median ?? 0) + 1000);
  });

  function compare(what: string, measured: number | undefined, simulated: number | undefined): void {
    if (measured === undefined || simulated === undefined) throw new Error(`There is no figure of ${what}.`);
    rows.push({ what, measured, simulated });
  }

  function steady(rate: number): ScenarioResult {
    return simulate(architecture, "steady", {
      runs: 5,
      seed: 1,
      rate,
      profile: "local",
      serviceTimes: times,
    });
  }

  function load(rate: number): Promise<Load> {
    return project.json<Load>(["load", NAME, "--rate", `${rate}/s`, "--for", `${SECONDS}s`]);
  }

  /** How long one that ends takes to be there again. */
  async function startMs(pids: readonly number[]): Promise<number> {
    const began = performance.now();
    process.kill(pids[0] as number, "SIGKILL");
    await eventually("another replica is healthy", async () => {
      const { services } = await project.status(NAME);
      const api = services.find(({ name }) => name === "api");
      const isBack = api?.replicas.every(({ state, pid }) => state === "healthy" && pid !== pids[0]);
      return api?.healthy === pids.length && isBack;
    });
    return performance.now() - began;
  }

  async function replicaPids(): Promise<number[]> {
    const { services } = await project.status(NAME);
    const api = services.find(({ name }) => name === "api");
    return (api?.replicas ?? []).flatMap(({ pid }) => pid ?? []);
  }
});

/** Those who ask through the load balancer, as simulated clients do. */
function clientsOf(targets: DrillReport["rounds"][number]["targets"]) {
  return targets.find(({ target }) => target === ENTRY);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function shown(value: number): string {
  return value.toFixed(1).padStart(8);
}
