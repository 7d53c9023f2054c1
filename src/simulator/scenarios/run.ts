import type { TimingId } from "#aws/timings/timings.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { Aggregate } from "../aggregate/aggregate.ts";
import { streamOf } from "../kernel/random.ts";
import type { Histogram } from "../requests/histogram.ts";
import { Requests } from "../requests/requests.ts";
import type { TrafficSettings } from "../requests/traffic.ts";
import { Nodes } from "./nodes.ts";
import { Ec2Platform } from "./platforms/ec2.ts";
import { EcsPlatform } from "./platforms/ecs.ts";
import { EksPlatform } from "./platforms/eks.ts";
import { LocalPlatform } from "./platforms/local.ts";
import type { Platform, ServiceControl } from "./process.ts";
import type { ScenarioResult, ScenarioStep, ServiceTimes, SimulatedProfile } from "./result.ts";
import { INJECT, type LocalScenario, type Scene } from "./scenarios.ts";
import { type Web, serviceTimeOf } from "./service-times.ts";
import { settingsOf } from "./settings.ts";
import { SimulatedScaler } from "./simulated-scaler.ts";
import { SimulatedService } from "./simulated-service.ts";
import { Stores } from "./store-failure.ts";
import { World } from "./world.ts";

export interface RunSettings {
  readonly architecture: ResolvedArchitecture;
  readonly scenario: LocalScenario;
  readonly profile: SimulatedProfile;
  readonly mode: ScenarioResult["mode"];
  /** Requests a second. */
  readonly rate: number;
  readonly seed: number;
  readonly times: ServiceTimes;
  /** The same object for all runs, because what the aggregate has sampled belongs to it. */
  readonly traffic: TrafficSettings;
  readonly service: string | undefined;
  readonly store: string | undefined;
  /** Of `steady`; the pace's own where nobody says. */
  readonly hours: number | undefined;
  readonly shape: "constant" | "day";
}

export interface RunFigures {
  readonly requests: number;
  readonly failed: number;
  readonly latency: Histogram;
  /** Infinity where there is no end to it. */
  readonly outageMs: number;
  readonly recoveryMs: number;
  readonly usage: Readonly<
    Record<string, { readonly cpu: number; readonly replicas: number; readonly hours: number }>
  >;
  readonly steps: readonly ScenarioStep[];
  readonly timings: ReadonlySet<TimingId>;
}

/** How long a run looks, how long everything has to stay well, and how long it goes on at the most; in milliseconds. */
const PACE = {
  aws: {
    outageLasts: Infinity,
    warmUp: 60_000,
    look: 1000,
    lasts: 120_000,
    most: 3_600_000,
    steady: 1_800_000,
    spike: 900_000,
  },
  local: {
    outageLasts: 1000,
    warmUp: 2_000,
    look: 20,
    lasts: 2_500,
    most: 120_000,
    steady: 60_000,
    spike: 60_000,
  },
} as const;
/** Latency is back where it is at most so many times that before a spike, for so many looks. */
const CALM = { ratio: 2, windowMs: 10_000 } as const;

/** One run: a system as it has been for long, then the scenario, until everything is well again. */
export function run(settings: RunSettings, round: number): RunFigures {
  const { profile, scenario, rate } = settings;
  const pace = PACE[profile];
  const scene = stage(settings, round);
  const { world, services } = scene;
  const { kernel, traffic } = world;
  const scalers = services.map(
    (service) =>
      new SimulatedScaler(world, service, serviceTimeOf(settings.architecture, service.name, settings.times)),
  );
  for (const service of services) service.begin();
  const interval = Math.max(...services.map((service) => service.settings.health.intervalMs));
  const setRate = (): void =>
    world.changeTraffic((requests) => requests.setRate(rateAt(settings, kernel.now)));
  kernel.at(interval + 50, setRate);
  if (settings.shape === "day") kernel.every(60_000, setRate);
  const faultAt = interval + pace.warmUp + interval * world.random.next();
  let arrivedBefore = 0;
  const hoursBefore = new Map<string, number>();
  const isTimed = scenario === "steady" || scenario === "traffic-spike";
  const steadyMs = settings.hours === undefined ? pace.steady : settings.hours * 3_600_000;
  const endsAt = faultAt + (scenario === "steady" ? steadyMs : isTimed ? pace.spike : pace.most);
  let recoveredAt = faultAt;
  let calmSince = faultAt;
  kernel.at(faultAt, () => {
    world.changeTraffic((requests) => requests.restart());
    arrivedBefore = traffic.arrived;
    for (const service of services) hoursBefore.set(service.name, service.replicaHours);
    for (const scaler of scalers) scaler.restart();
    world.faultAt = faultAt;
    INJECT[scenario](scene);
    const look = (): void => {
      const areSettled = services.every((service) => service.isSettled);
      if (!areSettled || !scene.stores.areUp) recoveredAt = kernel.now + pace.look;
      // What will never be well again is not waited for.
      if (!areSettled || scene.stores.areRecovering) calmSince = kernel.now + pace.look;
      if (!isTimed && kernel.now - calmSince >= pace.lasts) kernel.stop();
    };
    kernel.every(pace.look, look);
  });
  kernel.run(endsAt);
  const end = kernel.now;
  traffic.advance(end);
  const arrived = traffic.arrived - arrivedBefore;
  traffic.setRate(0);
  traffic.advance(end + settings.traffic.timeoutMs + 1);
  traffic.finish();
  const { outcomes } = traffic;
  return {
    requests: arrived,
    failed: outcomes.failed,
    latency: outcomes.latency,
    outageMs: outcomes.outage(end, rate / 1000, pace.outageLasts),
    recoveryMs:
      scenario === "traffic-spike"
        ? calmAfter(settings, scene, faultAt, end)
        : end - recoveredAt < pace.lasts
          ? Infinity
          : recoveredAt - faultAt,
    usage: Object.fromEntries(
      services.map((service, index) => {
        const scaler = scalers[index] as SimulatedScaler;
        const hours = service.replicaHours - (hoursBefore.get(service.name) ?? 0);
        const replicas = (hours * 3_600_000) / (end - faultAt);
        return [service.name, { cpu: scaler.cpu, replicas, hours }];
      }),
    ),
    steps: world.steps,
    timings: world.delays.used,
  };
}

/** A day begins at midnight. */
function rateAt({ rate, shape }: RunSettings, now: number): number {
  return shape === "constant" ? rate : rate * (1 - 0.6 * Math.cos((2 * Math.PI * now) / 86_400_000));
}

function stage(settings: RunSettings, round: number): Scene {
  const { architecture, profile, mode, rate } = settings;
  const seed = settings.seed * 1_000_003 + round;
  const traffic =
    mode === "aggregate"
      ? new Aggregate(settings.traffic)
      : new Requests(settings.traffic, streamOf(seed, "requests"));
  const world = new World(architecture, profile, settings.times, traffic, seed);
  const nodes = profile === "aws" && architecture.compute.kind === "eks" ? new Nodes(architecture) : null;
  const path = settings.traffic.stages.map(({ service }) => service);
  const services = path.map((name, index) => {
    const definition = architecture.services[name] as Web;
    const own = settingsOf(architecture, definition, profile, index > 0);
    return new SimulatedService(
      world,
      { name, stage: index, definition, settings: own },
      (control, service) => platformOf(world, control, nodes, service),
    );
  });
  const victim =
    services.find(({ name }) => name === settings.service) ?? (services.at(-1) as SimulatedService);
  const stores = new Stores(world, path);
  return { world, services, victim, stores, nodes, rate, round, store: settings.store };
}

function platformOf(world: World, control: ServiceControl, nodes: Nodes | null, service: Web): Platform {
  if (world.profile === "local") return new LocalPlatform(world, control);
  switch (world.architecture.compute.kind) {
    case "ecs-fargate":
      return new EcsPlatform(world, control);
    case "ec2-auto-scaling":
      return new Ec2Platform(world, control);
    case "eks":
      return new EksPlatform(world, control, nodes as Nodes, service);
  }
}

/** From the begin of a spike until latency is back for good; Infinity where it is not. */
function calmAfter(settings: RunSettings, { world }: Scene, faultAt: number, end: number): number {
  const { outcomes } = world.traffic;
  const { windowMs, ratio } = CALM;
  const before = outcomes.slownessBetween(faultAt - windowMs, faultAt);
  let calm = Infinity;
  for (let at = end - windowMs; at >= faultAt; at -= windowMs) {
    const isCalm =
      outcomes.slownessBetween(at, at + windowMs) <= ratio * before &&
      outcomes.failedBetween(at, at + windowMs) < 1;
    if (!isCalm) break;
    calm = at - faultAt;
  }
  return settings.rate > 0 ? calm : 0;
}
