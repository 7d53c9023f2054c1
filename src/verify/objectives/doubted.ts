import type { VerifyCheck } from "../report.ts";

/** What is too slow on a machine with other work may be quick enough on another; what is quick enough is that anywhere. */
export function doubted(check: VerifyCheck, busy: string | null): VerifyCheck {
  if (busy === null || check.verdict !== "fails") return check;
  return { ...check, verdict: "inconclusive", says: `${check.says} It says little, because ${busy}.` };
}
