import { request } from "node:http";
import type { ProbeFailure } from "#control/health.ts";
import type { Address } from "../addresses.ts";

/** What a probe found: null when the target passed. */
export type ProbeResult = ProbeFailure | null;

/** Sends one health check on a connection of its own, as the load balancer's nodes do, and judges the status. */
export function probe(
  address: Address,
  path: string,
  matcher: string,
  timeoutMs: number,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...address,
        path,
        agent: false,
        headers: { "user-agent": "ELB-HealthChecker/2.0" },
        timeout: timeoutMs,
      },
      (response) => {
        response.resume();
        resolve(statusMatches(response.statusCode ?? 0, matcher) ? null : "Target.ResponseCodeMismatch");
        response.on("error", () => {});
      },
    );
    outgoing.on("timeout", () => {
      resolve("Target.Timeout");
      outgoing.destroy();
    });
    outgoing.on("error", () => resolve("Target.FailedHealthChecks"));
    outgoing.end();
  });
}

/** A matcher lists statuses and spans of them, as a target group's does: `200`, `200,202`, `200-299`. */
export function statusMatches(status: number, matcher: string): boolean {
  return matcher.split(",").some((part) => {
    const [from, to = from] = part.split("-").map(Number);
    return from !== undefined && to !== undefined && status >= from && status <= to;
  });
}
