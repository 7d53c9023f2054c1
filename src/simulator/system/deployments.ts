import type { DeploymentRequest, RolloutPolicy } from "#control/rollout/deployment-state.ts";
import { BEHAVIOURS } from "./replica-processes.ts";
import type { Schedule } from "./schedule.ts";

/** All times in milliseconds; an instance refresh waits at its checkpoints besides. */
const POLICY = {
  onFailure: "rollback",
  progressDeadlineMs: 12_000,
  // Longer than it takes until it is noticed that a version crashes after it was healthy.
  minReadyMs: 4000,
} as const;

/** What an operator asks for: one of the versions is good, the others are bad in one way each; some have a job first. */
export function deploymentOf(
  { deployments: controller }: Schedule,
  name: string,
  target: number,
): DeploymentRequest {
  const behaviour = BEHAVIOURS[target % BEHAVIOURS.length] ?? "well";
  const waits: Pick<RolloutPolicy, "checkpoints" | "checkpointDelayMs"> =
    controller === "instance-refresh"
      ? { checkpoints: [25, 50, 100], checkpointDelayMs: 500 }
      : { checkpoints: [100], checkpointDelayMs: 0 };
  const minReadyMs = behaviour === "crashes" || target >= 8 ? POLICY.minReadyMs : 0;
  return {
    version: `${name}-${behaviour}`,
    policy: { ...POLICY, controller, minReadyMs, ...waits },
    timeoutMs: null,
    jobs: target >= 4 && target < 8 ? ["migrate"] : [],
  };
}
