import {
  type HealthAction,
  type HealthEvent,
  type HealthSettings,
  type HealthState,
  healthLoop,
  initialHealth,
} from "#control/health.ts";
import { LoopRunner } from "../loop-runner.ts";
import type { ReadinessSettings } from "../timing.ts";
import { probe } from "./http-probe.ts";
import type { RunningReplica } from "./replica-process.ts";

/** What the kubelet takes for a success. */
const OK = "200-399";
/** Of a loop that has nobody to ask. */
const UNUSED: HealthSettings = {
  intervalMs: 1000,
  timeoutMs: 1000,
  healthyThreshold: 1,
  unhealthyThreshold: 1,
};

/**
 * Probes whether the pods of a service are ready, as the kubelet does: one that is not gets no requests, from the load
 * balancer or from other services, and goes on running. Elsewhere there is no such probe, and who is healthy is ready.
 * https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export class ReplicaReadiness {
  readonly #loop: LoopRunner<HealthState, HealthEvent, HealthAction>;
  readonly #processes: ReadonlyMap<string, RunningReplica>;
  #settings: ReadinessSettings | null;
  readonly #ids = new Set<string>();

  /** @param settings null where there is no such probe. @param onChange told who is ready now, or is not any more. */
  constructor(
    settings: ReadinessSettings | null,
    processes: ReadonlyMap<string, RunningReplica>,
    onChange: (id: string, isReady: boolean) => void,
  ) {
    this.#settings = settings;
    this.#processes = processes;
    this.#loop = new LoopRunner(healthLoop, initialHealth(settings ?? UNUSED), (action) =>
      action.kind === "probe" ? void this.#probe(action) : onChange(action.target, action.kind === "healthy"),
    );
  }

  isReady(id: string): boolean {
    return this.#settings === null || this.#loop.state.targets[id]?.status === "healthy";
  }

  configure(settings: ReadinessSettings | null): void {
    this.#settings = settings;
    if (settings) this.#loop.feed({ kind: "configure", settings });
    for (const id of this.#ids) if (settings) this.#loop.feed({ kind: "register", target: id });
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#settings) this.#loop.feed({ kind: "register", target: id });
  }

  remove(id: string): void {
    this.#ids.delete(id);
    this.#loop.feed({ kind: "remove", target: id });
  }

  end(): void {
    this.#loop.end();
  }

  async #probe({ target, probe: id, timeoutMs }: Extract<HealthAction, { kind: "probe" }>): Promise<void> {
    const process = this.#processes.get(target);
    if (!process || !this.#settings) return;
    // The kubelet is on the pod's node: what is broken on the way of requests is not on its way.
    const reason = await probe(process.address, this.#settings.path, OK, timeoutMs);
    this.#loop.feed(
      reason === null ? { kind: "passed", target, probe: id } : { kind: "failed", target, probe: id, reason },
    );
  }
}
