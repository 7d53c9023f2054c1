import { isHealthy, isLive } from "#control/replica-state.ts";
import type { ReplicaSample } from "#control/scaling/metrics.ts";
import { scalingLoop } from "#control/scaling/scaling.ts";
import {
  type ScalingAction,
  type ScalingEvent,
  type ScalingState,
  initialScaling,
} from "#control/scaling/scaling-state.ts";
import { RunningLoop } from "./running-loop.ts";
import type { ServiceTime } from "./result.ts";
import type { SimulatedService } from "./simulated-service.ts";
import type { World } from "./world.ts";

/** Any Monday at noon: schedules are read against it. */
const STARTED_AT = Date.UTC(2026, 10, 23, 12);

/** Measures a service's replicas, keeps what was seen, and scales it where the architecture says so. */
export class SimulatedScaler {
  readonly #world: World;
  readonly #service: SimulatedService;
  readonly #time: ServiceTime;
  readonly #loop: RunningLoop<ScalingState, ScalingEvent, ScalingAction> | null;
  readonly #delayMs: number;
  readonly #before = new Map<number, number>();
  #measuredAt: number;
  /** Over time: per cent of what is declared, and how long that was so. */
  #busy = 0;
  #ms = 0;
  mostReplicas: number;

  constructor(world: World, service: SimulatedService, time: ServiceTime) {
    this.#world = world;
    this.#service = service;
    this.#time = time;
    this.#measuredAt = world.now;
    this.#delayMs = delayOf(world);
    const { settings, definition } = service;
    const { desired } = definition.replicas;
    this.mostReplicas = desired;
    this.#loop =
      settings.scaling === null
        ? null
        : new RunningLoop(
            world.kernel,
            scalingLoop,
            initialScaling(service.name, settings.scaling, { desired, room: null }),
            (action) => this.#perform(action),
          );
    world.kernel.every(settings.sampleMs, () => this.#measure());
  }

  /** Per cent of what is declared, over all replicas and the time since the fault; 0 where nothing was measured. */
  get cpu(): number {
    return this.#ms === 0 ? 0 : this.#busy / this.#ms;
  }

  /** Forgets what was before. */
  restart(): void {
    this.#busy = 0;
    this.#ms = 0;
  }

  #perform(action: ScalingAction): void {
    if (action.kind === "bounds") return;
    const { desired, from, cause } = action;
    this.mostReplicas = Math.max(this.mostReplicas, desired);
    this.#world.tell(
      `${this.#service.name} scales from ${from} to ${desired} replicas: ${cause}`,
      this.#world.now,
      this.#world.now,
    );
    this.#service.scale(desired);
  }

  #measure(): void {
    const { now, traffic } = this.#world;
    traffic.advance(now);
    const lasts = now - this.#measuredAt;
    this.#measuredAt = now;
    const replicas = this.#service.replicas.filter(isLive);
    const samples = replicas.map((replica): ReplicaSample => {
      const cpu = this.#busyOf(replica.id, lasts);
      const { id, requestedAt, startedAt, firstHealthyAt } = replica;
      const memory = this.#time.memory === null ? null : (100 * this.#time.memory) / this.#size.memory;
      return {
        id,
        ready: isHealthy(replica),
        startedAt: startedAt ?? requestedAt,
        readyChangedAt: firstHealthyAt,
        figures: { cpu, memory, "requests-per-target": this.#perMinute(cpu) },
      };
    });
    const known = samples.flatMap(({ figures: { cpu } }) => cpu ?? []);
    if (known.length > 0) {
      this.#busy += (lasts * known.reduce((sum, cpu) => sum + cpu, 0)) / known.length;
      this.#ms += lasts;
    }
    const loop = this.#loop;
    if (loop === null) return;
    const deploying = this.#service.isDeploying;
    const tell = (): void =>
      loop.feed({ kind: "sample", replicas: samples, deploying, time: STARTED_AT + this.#world.now });
    if (this.#delayMs === 0) tell();
    else this.#world.kernel.after(this.#delayMs, tell);
  }

  get #size() {
    return this.#service.definition.size;
  }

  /** Per cent of what is declared; null of what cannot be asked. */
  #busyOf(id: string, lasts: number): number | null {
    const process = this.#service.processes.get(id);
    if (!process || process.traffic === null || process.state === "lost") return null;
    const worked = this.#world.traffic.workOf(process.traffic);
    const before = this.#before.get(process.traffic);
    this.#before.set(process.traffic, worked);
    if (before === undefined) return null;
    return (100 * (worked - before)) / (lasts * this.#size.cpu);
  }

  #perMinute(cpu: number | null): number | null {
    return cpu === null ? null : ((cpu / 100) * this.#size.cpu * 60_000) / this.#time.cpuMs;
  }
}

/** How old a figure is when the controller sees it. */
function delayOf(world: World): number {
  if (world.profile === "local") return 0;
  const { compute } = world.architecture;
  switch (compute.kind) {
    case "eks":
      return world.delays.draw("metrics-server-resolution");
    case "ecs-fargate":
      return world.delays.draw("cloudwatch-metric-delay");
    case "ec2-auto-scaling":
      return (
        world.delays.draw("cloudwatch-metric-delay") +
        (compute.detailedMonitoring ? 0 : world.delays.draw("ec2-basic-monitoring"))
      );
  }
}
