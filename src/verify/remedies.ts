import { amount } from "./amounts.ts";
import type { VerifyCheck } from "./report.ts";

/**
 * What would make a promise true is the same whichever way it was found to be false: a failing check without a remedy of
 * its own takes the first one of its objective that changes the architecture. Where there is none, what is left is to
 * promise what was found.
 */
export function withRemedies(checks: readonly VerifyCheck[]): VerifyCheck[] {
  return checks.map((each) => {
    if (each.verdict !== "fails" || each.remedy !== null) return each;
    const others = checks.filter(
      ({ objective, verdict, remedy }) =>
        objective !== null && objective === each.objective && verdict === "fails" && remedy !== null,
    );
    const found = others.find(({ remedyPerMonth }) => remedyPerMonth !== null) ?? others[0];
    if (found) return { ...each, remedy: found.remedy, remedyPerMonth: found.remedyPerMonth };
    return { ...each, remedy: promiseLess(each), remedyPerMonth: null };
  });
}

function promiseLess({ figure, range, unit }: VerifyCheck): string {
  const found = range?.to ?? figure;
  return found === null || found === 0
    ? "Declare what brings it about, or take the promise out of the document."
    : `Promise ${amount(found, unit)}, which is what was found.`;
}
