import { amount, digits } from "../amounts.ts";
import type { VerifyCheck, VerifyReport } from "../report.ts";
import { countText, momentText, spanText } from "./figures.ts";
import { countVerdicts, topicsOf } from "./overview.ts";

/** In one sentence, for whoever reads no more. */
export function verdictOf({ checks }: VerifyReport): string {
  const promised = topicsOf(checks).filter(({ objective }) => objective !== null);
  if (promised.length === 0) return `${countText(checks.length, "check")}; none of them is about a promise.`;
  const { fails, inconclusive, holds } = countVerdicts(promised);
  const of = countText(promised.length, "promise");
  if (fails > 0) return `${fails} of ${of} ${fails === 1 ? "is" : "are"} not kept.`;
  if (inconclusive > 0)
    return `${holds} of ${of} ${holds === 1 ? "is" : "are"} kept; of the others nobody knows.`;
  return promised.length === 1 ? "The promise is kept." : `All ${of} are kept.`;
}

/** When, how long, and what was left out. */
export function circumstances({ at, seconds, fast, only, against, interrupted }: VerifyReport): string {
  const parts = [
    `Verified on ${momentText(at)}, in ${digits(seconds)} s`,
    fast ? "nothing was run for it" : null,
    only.length === 0 ? null : `only ${only.join(", ")}`,
    against === null ? null : `load was sent to ${against}`,
    interrupted ? "ended early: what was left is inconclusive" : null,
  ];
  return `${parts.filter((part) => part !== null).join("; ")}.`;
}

/** What stands behind a figure, beside its source: profile, number, spread, what was there in AWS's place. */
export function originOf({ profile, samples, spread, unit, substitutes, source }: VerifyCheck): string[] {
  const isOne = source === "computed" || source === "documented";
  return [
    profile === null ? null : `timing profile ${profile}`,
    samples === 0 ? "no samples" : isOne && samples === 1 ? null : countText(samples, "sample"),
    spread === null
      ? null
      : `${spanText(spread.min, spread.max, unit)}, median ${amount(spread.median, unit)}`,
    substitutes.length === 0
      ? null
      : `with substitutes for ${substitutes.map(({ part }) => part).join(", ")}`,
  ].filter((part) => part !== null);
}

/** Where a claim stands: `line 12 of other.txt`; the document is told where it is not the report's. */
export function placeText(line: number | null, document: string | null): string {
  const parts = [line === null ? null : `line ${line}`, document];
  return parts.filter((part) => part !== null).join(" of ");
}
