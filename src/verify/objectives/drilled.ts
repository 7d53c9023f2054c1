import type { DrillName } from "#drills/drill.ts";
import { judge } from "#drills/judge.ts";
import { type DrillReport, spreadOf } from "#drills/report.ts";
import type { RoundFigures } from "#drills/round.ts";
import { time } from "../amounts.ts";
import type { Measured } from "../measured.ts";
import type { Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { doubted } from "./doubted.ts";
import { checked, unknown } from "./maker.ts";
import { withUnseen } from "./unseen.ts";

type Kind = "recovery" | "continuity" | "data-loss";

/** What a drill on a twin has shown about a promise: the worst of all its rounds against what is promised. */
export function drilled(
  promised: Promised,
  { busy, ...measured }: Measured,
  {
    drill: name,
    title,
    kind,
    limitMs,
    what,
    beside = () => "",
  }: {
    readonly drill: DrillName;
    readonly title: string;
    readonly kind: Kind;
    readonly limitMs: number;
    /** What lasts that long, as the beginning of a sentence. */
    readonly what: string;
    /** What else is to be known, as a sentence. */
    readonly beside?: (report: DrillReport) => string;
  },
): VerifyCheck {
  const source = "measured";
  const limit = { limit: limitMs, sense: "at-most", unit: "milliseconds" } as const;
  const seen = measured.drill(name);
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limit });
  const report = seen.value;
  const { rounds, profile, substitutes, drill, failedRequests, lost } = report;
  const { measuredMs, verdict } = judge(
    { id: promised.id, kind, withinMs: limitMs, claim: promised.claim?.text ?? null },
    rounds,
  );
  const isLeft = rounds.some(({ left }) => left.length > 0);
  // Only what is restored from backups may lack what was acknowledged.
  const isLossy = lost > 0 && drill !== "disaster";
  const found = (isLeft || isLossy) && verdict === "holds" ? "fails" : verdict;
  const isOnlySlow = measuredMs !== null && !isLeft && !isLossy;
  const values = rounds.map((round) => ({ way: round.way, ms: worstOf(kind, round) }));
  const rounded = rounds.length === 1 ? "in one round" : `in the worst of ${rounds.length} rounds`;
  const figures = `${what} ${measuredMs === null ? "for good" : time(measuredMs)} ${rounded}`;
  const sentences = [
    `${figures}; ${failedRequests} requests failed and ${lost} acknowledged writes were lost. That is on this machine: AWS's own delays are not in it.`,
    isLeft ? "Afterwards not everything was as it should be." : "",
    beside(report),
  ];
  const seenOnTwin = checked(promised, {
    ...limit,
    title,
    source,
    profile,
    substitutes,
    figure: found === "inconclusive" ? null : measuredMs,
    samples: found === "inconclusive" ? 0 : rounds.length,
    spread: spreadOf(values.map(({ ms }) => ms)),
    verdict: found,
    says:
      found === "inconclusive"
        ? `The drill ${drill} measured nothing: ${rounds.length === 0 ? "it was ended before a round was whole" : "no request was answered before the fault, or none was sent after it"}.`
        : sentences.filter((part) => part !== "").join(" "),
    series: { kind: "rounds", rounds: values },
  });
  const judged = isOnlySlow ? doubted(seenOnTwin, busy) : seenOnTwin;
  return withUnseen(judged, name, substitutes);
}

/** Of all clients the worst; null where it had no end. */
function worstOf(kind: Kind, { targets }: RoundFigures): number | null {
  const values = targets.map(({ outageMs, longestGapMs, ledger }) =>
    kind === "recovery" ? outageMs : kind === "continuity" ? longestGapMs : (ledger?.lossMs ?? 0),
  );
  return values.some((value) => value === null) ? null : Math.max(0, ...values.map((value) => value ?? 0));
}
