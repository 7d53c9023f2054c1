import type { Finding } from "#model/evidence.ts";
import { promiseOf } from "./binding.ts";
import { check } from "./checks.ts";
import { claimOf } from "./claims.ts";
import { about, promisesOf } from "./promises.ts";
import { remedyPrice } from "./remedy.ts";
import type { VerifyCheck } from "./report.ts";
import type { Subject } from "./subject.ts";

/** What the static checks found, each with the promise that it is about, or else with the document's words about the part. */
export function findingChecks(subject: Subject): VerifyCheck[] {
  const promises = promisesOf(subject.architecture);
  return subject.findings().map((finding) => {
    const promised = promiseOf(finding, promises);
    if (promised) return findingCheck(finding, subject, { ...about(promised), part: finding.part });
    const claim = claimOf(subject.architecture, finding.part);
    return findingCheck(finding, subject, {
      kind: finding.check,
      part: finding.part,
      claim: claim?.text ?? null,
      claimLine: claim?.line ?? null,
      claimDocument: claim?.document ?? null,
    });
  });
}

function findingCheck(
  finding: Finding,
  subject: Subject,
  rest: Pick<VerifyCheck, "kind"> & Partial<VerifyCheck>,
): VerifyCheck {
  const { verdict, figure, limit, unit, says, remedy, references } = finding;
  return check({
    ...rest,
    id: `${finding.check}.${finding.part}`,
    title: titleOf(finding),
    source: "computed",
    verdict,
    figure: finite(figure),
    limit: finite(limit),
    unit,
    says,
    remedy: remedy?.says ?? null,
    remedyPerMonth: remedy?.set === undefined ? null : remedyPrice(subject, remedy.set),
    references,
  });
}

/** JSON has no Infinity; the words say it. */
function finite(figure: number | null): number | null {
  return figure !== null && Number.isFinite(figure) ? figure : null;
}

/** `single-point`, `stores.cache` → `Single point: stores.cache` */
function titleOf({ check: name, part }: Finding): string {
  const words = name.replaceAll("-", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}: ${part}`;
}
