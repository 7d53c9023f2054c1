import type { Figures, ScalingMetric } from "#control/scaling/metrics.ts";
import { policiesLeftOut, scalingSettings } from "#control/scaling/scaling-settings.ts";
import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import type { Substitute } from "#model/substitutes.ts";
import type { Balancer } from "../balancer.ts";
import type { Parts } from "../parts.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import type { ScalingStatus } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import { type Usage, UsageMeter } from "./replica-usage.ts";
import { RequestMeter } from "./request-meter.ts";
import { SCALING_TIMING } from "./scaling-timing.ts";
import { ServiceScaler } from "./service-scaler.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

const UNMEASURED: Figures = { cpu: null, memory: null, "requests-per-target": null };

/** Scales the services of a twin: measures their replicas again and again, and runs a controller for each service. */
export class Scaling {
  readonly #context: TwinContext;
  readonly #parts: Parts;
  readonly #usage = new UsageMeter();
  readonly #requests: RequestMeter;
  readonly #scalers = new Map<string, ServiceScaler>();
  /** What the scalers go by; another one may have been applied since. */
  #architecture: ResolvedArchitecture | null = null;
  /** Whether the last look failed. */
  #isBlind = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(context: TwinContext, parts: Parts, balancer: Balancer) {
    this.#context = context;
    this.#parts = parts;
    this.#requests = new RequestMeter(balancer);
  }

  /** From now on services scale; their replicas are healthy. */
  start(): void {
    void this.#goOn();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const scaler of this.#scalers.values()) scaler.end();
  }

  /** Of each service that is scaled. */
  status(): ScalingStatus[] {
    return [...this.#scalers.values()].map((scaler) => scaler.status());
  }

  /** Policies that nothing carries out here, and bounds that this machine has no room for. */
  substitutes(): Substitute[] {
    const { services, compute } = this.#context.architecture;
    const leftOut = Object.entries(services).flatMap(([name, service]) =>
      service.kind === "job"
        ? []
        : policiesLeftOut(service, compute.kind).map((kind) => ({
            part: `services.${name}.scaling`,
            declared: kind === "predictive" ? "predictive scaling" : "step scaling",
            runs: "nothing",
            reason:
              kind === "predictive" ? "nothing here predicts" : "the autoscaler of pods knows targets only",
          })),
    );
    const cramped = this.status().flatMap(({ service, max, declaredMax }) =>
      max < declaredMax
        ? [
            {
              part: `services.${service}.replicas.max`,
              declared: `${declaredMax} replicas`,
              runs: `${max}`,
              reason: "this machine has no room for more beside what runs",
            },
          ]
        : [],
    );
    return [...leftOut, ...cramped];
  }

  async #goOn(): Promise<void> {
    if (this.#ended) return;
    try {
      this.#keepUp();
      if (this.#scalers.size > 0) await this.#sample();
      this.#isBlind = false;
    } catch (error) {
      // What is not measured is missing data to the controllers, and nothing scales.
      if (!this.#isBlind)
        this.#context.events.record("warning", "scaling", `cannot measure: ${(error as Error).message}`);
      this.#isBlind = true;
    }
    if (this.#ended) return;
    this.#timer = setTimeout(() => void this.#goOn(), this.#timing.sampleMs);
  }

  get #timing() {
    return SCALING_TIMING[this.#context.profile];
  }

  /** Goes by what the twin is now: services come, go and are defined anew while it runs. */
  #keepUp(): void {
    const { architecture, events } = this.#context;
    const isNew = architecture !== this.#architecture;
    this.#architecture = architecture;
    const settings = new Map(this.#parts.services.map((keeper) => [keeper, this.#settingsOf(keeper)]));
    for (const [name, scaler] of this.#scalers) {
      const wanted = settings.get(scaler.keeper) ?? null;
      if (wanted !== null && isNew) scaler.configure(wanted);
      if (wanted !== null) continue;
      scaler.end();
      this.#scalers.delete(name);
    }
    for (const [keeper, wanted] of settings) {
      if (wanted === null || this.#scalers.has(keeper.name)) continue;
      this.#scalers.set(
        keeper.name,
        new ServiceScaler(keeper, wanted, this.#parts.roomFor(keeper.name), events),
      );
    }
  }

  #settingsOf({ name }: ServiceKeeper) {
    const { services, compute } = this.#context.architecture;
    const service = services[name];
    if (!service || service.kind === "job") return null;
    return scalingSettings(service, compute.kind, this.#timing);
  }

  async #sample(): Promise<void> {
    const scalers = [...this.#scalers.values()];
    const uses = new Set(scalers.flatMap(({ metrics }) => metrics));
    const pids = uses.has("cpu") || uses.has("memory") ? scalers.flatMap(({ keeper }) => pidsOf(keeper)) : [];
    const usage = await this.#usage.measure(pids, uses.has("memory"));
    const rates = uses.has("requests-per-target") ? await this.#requests.measure() : null;
    if (this.#ended) return;
    for (const scaler of scalers) {
      const { keeper } = scaler;
      const service = this.#context.architecture.services[keeper.name];
      if (!service || service.kind === "job") continue;
      const figures = (id: string): Figures => {
        const used = usage.get(keeper.processes.get(id)?.pid ?? 0);
        return {
          ...UNMEASURED,
          ...(used ? percentOf(used, service, this.#context.architecture) : {}),
          "requests-per-target": rates?.get(`${keeper.name} ${id}`) ?? null,
        };
      };
      scaler.sample(figures, this.#parts.roomFor(keeper.name));
    }
  }
}

function pidsOf({ processes }: ServiceKeeper): number[] {
  return [...processes.values()].flatMap(({ pid }) => pid ?? []);
}

/**
 * Per cent of the declared size. Where AWS gives a task or an instance no more processors than it has, it shows 100 % at
 * most, and so does this; here nothing keeps a process from using more.
 */
function percentOf(
  { processors, memoryBytes }: Usage,
  { size, limits }: Replicated,
  { compute }: ResolvedArchitecture,
): Pick<Figures, Exclude<ScalingMetric, "requests-per-target">> {
  const most = compute.kind === "eks" ? (limits?.cpu ?? Number.POSITIVE_INFINITY) : size.cpu;
  return {
    cpu: processors === null ? null : (100 * Math.min(processors, most)) / size.cpu,
    memory: memoryBytes === null ? null : (100 * memoryBytes) / size.memory,
  };
}
