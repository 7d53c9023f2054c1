import { replayFacts, type RecordedFacts } from "../rules/record.ts";
import type { Facts } from "../rules/facts.ts";
import type { Policy } from "../transactions/checks/policy.ts";

/** What a decision was told beside the transaction, as it is kept with it. */
interface Recorded {
  policy: { reviewLimit: string; futureTolerance: number; pastTolerance: number };
  rules: RecordedFacts;
}

/** The same for every decision of a process: written once. */
export function policyText({ reviewLimit, futureTolerance, pastTolerance }: Policy): string {
  const policy: Recorded["policy"] = {
    reviewLimit: reviewLimit.toString(),
    futureTolerance,
    pastTolerance,
  };
  return JSON.stringify(policy);
}

/** JSON of what the checks compared with (`policyText`) and of what the rules asked for. */
export function recordedText(policy: string, rules: RecordedFacts): string {
  return `{"policy":${policy},"rules":${JSON.stringify(rules)}}`;
}

/** Reads what `recordedText` wrote. */
export function parseRecorded(text: string): { policy: Policy; rules: RecordedFacts } {
  const { policy, rules } = JSON.parse(text) as Recorded;
  return { policy: { ...policy, reviewLimit: BigInt(policy.reviewLimit) }, rules };
}

/** As `parseRecorded`, with facts that answer what they were asked then. */
export function readRecorded(text: string): { policy: Policy; facts: Facts } {
  const { policy, rules } = parseRecorded(text);
  return { policy, facts: replayFacts(rules) };
}
