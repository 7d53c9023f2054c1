import { type DeploymentState, isUnderWay } from "#control/rollout/deployment-state.ts";

/** Something to say about a deployment that has gone on. */
export interface DeploymentNews {
  readonly level: "info" | "warning" | "error";
  readonly message: string;
}

/** What a deployment has come to since it was looked at last, in words; null where that is no news. */
export function newsOf(before: DeploymentState | null, after: DeploymentState | null): DeploymentNews | null {
  if (after === null) return null;
  const { from, to, phase, reason, progress } = after;
  const isNew = before?.id !== after.id;
  if (phase === "over") return isNew || isUnderWay(before) ? outcome(after) : null;
  if (isNew) return info(`deployment ${after.id} begins: ${to.version} in place of ${from.version}`);
  if (phase !== before.phase) {
    if (phase === "rolling back")
      return { level: "error", message: `rolls back to ${from.version}: ${reason}` };
    return info(`deployment ${after.id} ${reason}`);
  }
  if (phase === "rolling" && progress.replaced > before.progress.replaced)
    return info(`${progress.replaced} of ${progress.total} replicas run ${to.version}`);
  return null;
}

function outcome({
  state,
  rolledBack,
  from,
  to,
  reason,
  startedAt,
  endedAt,
}: DeploymentState): DeploymentNews {
  const seconds = (((endedAt ?? startedAt) - startedAt) / 1000).toFixed(1);
  if (state === "COMPLETED") return info(`runs ${to.version}: every replica is new, after ${seconds} s`);
  if (rolledBack)
    return { level: "warning", message: `has rolled back to ${from.version}, after ${seconds} s: ${reason}` };
  return { level: "error", message: `could not be deployed: ${reason}` };
}

function info(message: string): DeploymentNews {
  return { level: "info", message };
}
