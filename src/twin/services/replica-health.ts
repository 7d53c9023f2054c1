import {
  type HealthAction,
  type HealthEvent,
  type HealthState,
  healthLoop,
  initialHealth,
} from "#control/health.ts";
import { LoopRunner } from "../loop-runner.ts";
import type { ProbeSettings } from "../timing.ts";
import { probe } from "./http-probe.ts";
import type { RunningReplica } from "./replica-process.ts";
import { ReplicaReadiness } from "./replica-readiness.ts";

export type Verdict =
  | Exclude<HealthAction, { kind: "probe" }>
  /** It is as healthy as before, and gets no requests. */
  | { readonly kind: "not-ready"; readonly target: string };

/**
 * Runs the health controller of a web service: probes its replicas, and tells what it finds. Where a replica also says
 * whether it is ready, it is healthy when it is both.
 */
export class ReplicaHealth {
  readonly #loop: LoopRunner<HealthState, HealthEvent, HealthAction>;
  readonly #readiness: ReplicaReadiness;
  readonly #processes: ReadonlyMap<string, RunningReplica>;

  constructor(
    { health, readiness }: ProbeSettings,
    processes: ReadonlyMap<string, RunningReplica>,
    onVerdict: (verdict: Verdict) => void,
  ) {
    this.#processes = processes;
    this.#readiness = new ReplicaReadiness(readiness, processes, (target, isReady) => {
      // Who is not healthy gets no requests either way.
      if (this.#loop.state.targets[target]?.status !== "healthy") return;
      onVerdict({ kind: isReady ? "healthy" : "not-ready", target });
    });
    this.#loop = new LoopRunner(healthLoop, initialHealth(health), (action) => {
      if (action.kind === "probe") void this.#probe(action);
      else if (action.kind === "unhealthy" || this.#readiness.isReady(action.target)) onVerdict(action);
    });
  }

  /** What is probed now, and whether it gets requests. */
  get targets(): HealthState["targets"] {
    const { targets } = this.#loop.state;
    return Object.fromEntries(
      Object.entries(targets).map(([id, target]) => [
        id,
        target.status === "healthy" && !this.#readiness.isReady(id)
          ? { ...target, status: "unhealthy" }
          : target,
      ]),
    );
  }

  configure({ health, readiness }: ProbeSettings): void {
    this.#loop.feed({ kind: "configure", settings: health });
    this.#readiness.configure(readiness);
  }

  tell(kind: "register" | "deregister" | "remove", target: string): void {
    this.#loop.feed({ kind, target });
    if (kind === "register") this.#readiness.add(target);
    else this.#readiness.remove(target);
  }

  end(): void {
    this.#loop.end();
    this.#readiness.end();
  }

  async #probe({
    target,
    probe: number,
    timeoutMs,
  }: Extract<HealthAction, { kind: "probe" }>): Promise<void> {
    const process = this.#processes.get(target);
    if (!process?.targetHealth) return;
    const { path, matcher } = process.targetHealth;
    const reason = await probe(process.reach, path, matcher, timeoutMs);
    this.#loop.feed(
      reason === null
        ? { kind: "passed", target, probe: number }
        : { kind: "failed", target, probe: number, reason },
    );
  }
}
