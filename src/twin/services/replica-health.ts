import {
  type HealthAction,
  type HealthEvent,
  type HealthSettings,
  type HealthState,
  healthLoop,
  initialHealth,
} from "#control/health.ts";
import { LoopRunner } from "../loop-runner.ts";
import { probe } from "./http-probe.ts";
import type { ReplicaProcess } from "./replica-process.ts";

export type Verdict = Exclude<HealthAction, { kind: "probe" }>;

/** Runs the health controller of a web service: probes its replicas, and tells what it finds. */
export class ReplicaHealth {
  readonly #loop: LoopRunner<HealthState, HealthEvent, HealthAction>;
  readonly #processes: ReadonlyMap<string, ReplicaProcess>;

  constructor(
    settings: HealthSettings,
    processes: ReadonlyMap<string, ReplicaProcess>,
    onVerdict: (verdict: Verdict) => void,
  ) {
    this.#processes = processes;
    this.#loop = new LoopRunner(healthLoop, initialHealth(settings), (action) =>
      action.kind === "probe" ? void this.#probe(action) : onVerdict(action),
    );
  }

  /** What is probed now. */
  get targets(): HealthState["targets"] {
    return this.#loop.state.targets;
  }

  configure(settings: HealthSettings): void {
    this.#loop.feed({ kind: "configure", settings });
  }

  tell(kind: "register" | "deregister" | "remove", target: string): void {
    this.#loop.feed({ kind, target });
  }

  end(): void {
    this.#loop.end();
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
