import {
  isLive,
  type Replica,
  type ReplicasConfiguration,
  type ReplicasState,
  rolloutBounds,
} from "#control/replica-state.ts";
import type { Verdict } from "./replica-health.ts";

/** How a roll that begins now will be done, in words. */
export function rollNews(state: ReplicasState, configure: ReplicasConfiguration | undefined): string {
  const { surge, minimumHealthy } = rolloutBounds({ ...state, ...configure });
  const how =
    surge > 0 ? `up to ${surge} start before as many stop` : `as few as ${minimumHealthy} stay meanwhile`;
  const live = state.replicas.filter(isLive).length;
  const what = live === 1 ? "1 replica is" : `${live} replicas are`;
  return `rolls: ${what} replaced, ${how}`;
}

/** What the target group found out about a replica, in words. */
export function healthNews(
  verdict: Verdict,
  replica: Replica | undefined,
): { readonly level: "info" | "warning"; readonly message: string } {
  if (verdict.kind === "healthy") return { level: "info", message: "is healthy" };
  if (verdict.kind === "not-ready")
    return {
      level: replica?.firstHealthyAt === null ? "info" : "warning",
      message: "is not ready for requests",
    };
  // Programs take a moment until they listen; that is no news yet.
  if (replica?.firstHealthyAt === null)
    return { level: "info", message: "does not answer its health check yet" };
  return { level: "warning", message: `is unhealthy (${verdict.reason})` };
}
