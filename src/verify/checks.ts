import type { VerifyCheck } from "./report.ts";

/** What every check has to say; the rest is nothing unless it is given. */
type CheckInput = Pick<VerifyCheck, "id" | "title" | "kind" | "source" | "verdict" | "says"> &
  Partial<VerifyCheck>;

/** A check in full. What nobody has seen has no samples; what is computed or documented has one. */
export function check(input: CheckInput): VerifyCheck {
  return {
    objective: null,
    claim: null,
    claimLine: null,
    claimDocument: null,
    part: null,
    figure: null,
    range: null,
    limit: null,
    limitFrom: null,
    sense: null,
    unit: null,
    profile: null,
    substitutes: [],
    samples: input.verdict === "inconclusive" && (input.figure ?? input.range ?? null) === null ? 0 : 1,
    spread: null,
    remedy: null,
    remedyPerMonth: null,
    references: [],
    ...input,
  };
}
