import { finding, type Reason } from "../reasons.ts";
import type { Transaction } from "../transaction.ts";
import type { CheckContext } from "./policy.ts";

export function checkTime(
  { createdAt }: Transaction,
  { policy, receivedAt }: CheckContext,
  reasons: Reason[],
): void {
  if (createdAt - receivedAt > policy.futureTolerance) {
    reasons.push(finding("creation_time_in_future", "/creationDateTime"));
  } else if (receivedAt - createdAt > policy.pastTolerance) {
    reasons.push(finding("creation_time_too_old", "/creationDateTime"));
  }
}
