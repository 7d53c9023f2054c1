import type { Reference, Source, Verdict } from "#model/evidence.ts";
import type { Comparison, VerifyCheck, VerifyReport } from "../report.ts";

/** In the order in which a report tells them. */
export const VERDICTS: readonly Verdict[] = ["fails", "inconclusive", "holds"];
export const SOURCES: readonly Source[] = ["measured", "simulated", "computed", "documented"];

/** What checks are about: an objective, or words of the document, or neither. */
export interface Topic {
  /** Null where no objective asks for it. */
  readonly objective: string | null;
  readonly claim: string | null;
  readonly claimLine: number | null;
  readonly claimDocument: string | null;
  /** Fails where one of its checks fails, and holds where none is without a verdict. */
  readonly verdict: Verdict;
  readonly checks: readonly VerifyCheck[];
}

/** The checks by what they are about, in the report's order; all that the document says nothing about are together. */
export function topicsOf(checks: readonly VerifyCheck[]): Topic[] {
  const groups = Map.groupBy(checks, ({ objective, claim, claimLine }) =>
    JSON.stringify(objective === null ? [claim, claimLine] : [objective]),
  );
  return [...groups.values()].map((group) => {
    const said = group.find(({ claim }) => claim !== null) ?? group[0];
    return {
      objective: group[0]?.objective ?? null,
      claim: said?.claim ?? null,
      claimLine: said?.claimLine ?? null,
      claimDocument: said?.claimDocument ?? null,
      verdict: VERDICTS.find((verdict) => group.some((check) => check.verdict === verdict)) ?? "inconclusive",
      checks: group,
    };
  });
}

/** How many checks of each source came to each verdict; sources without a check are left out. */
export function countsBySource(checks: readonly VerifyCheck[]): [Source, Record<Verdict, number>][] {
  return SOURCES.map((source): [Source, Record<Verdict, number>] => [
    source,
    countVerdicts(checks.filter((check) => check.source === source)),
  ]).filter(([, counts]) => VERDICTS.some((verdict) => counts[verdict] > 0));
}

export function countVerdicts(all: readonly { readonly verdict: Verdict }[]): Record<Verdict, number> {
  const count = (wanted: Verdict) => all.filter(({ verdict }) => verdict === wanted).length;
  return { fails: count("fails"), inconclusive: count("inconclusive"), holds: count("holds") };
}

/** Every page that something in the report rests on, once, in order. */
export function pagesOf({ checks, timings }: Pick<VerifyReport, "checks" | "timings">): Reference[] {
  const all = [...checks.flatMap(({ references }) => references), ...timings];
  const pages = new Map(all.map(({ page, asOf }) => [`${page} ${asOf}`, { page, asOf }]));
  return [...pages.values()].sort((a, b) => compare(a.page, b.page) || compare(a.asOf, b.asOf));
}

/** How a verdict is different from the last one's. */
export type Change = Comparison["changes"][number];

/** What changed, worst first: what fails now, what nobody knows now, what holds now, what is gone. */
export function changesOf({ comparedWith }: Pick<VerifyReport, "comparedWith">): Change[] {
  const rank = ({ to }: Change) => (to === null ? VERDICTS.length : VERDICTS.indexOf(to));
  return [...(comparedWith?.changes ?? [])].sort((a, b) => rank(a) - rank(b) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
