import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Verdict } from "#model/evidence.ts";
import type { DrillName } from "./drill.ts";
import { LASTING_MS } from "./outage.ts";
import type { RoundFigures } from "./round.ts";

/** What the architecture promises about a fault. */
export interface Promised {
  /** Of the objective; null where it is of `recovery`. */
  readonly id: string | null;
  /** `recovery`: how long until it serves again; `continuity`: no second without an answer; `data-loss`: how old what is lost may be. */
  readonly kind: "recovery" | "continuity" | "data-loss";
  /** Milliseconds. */
  readonly withinMs: number;
  /** The document's words, where there are some. */
  readonly claim: string | null;
}

export interface Judged extends Promised {
  readonly verdict: Verdict;
  /** What was compared with it: the worst of all rounds, in milliseconds; null where there was no end to it. */
  readonly measuredMs: number | null;
}

/** The architecture's objectives about a fault; where none is about recovery, its recovery time objective. */
export function promisesAbout(architecture: ResolvedArchitecture, fault: DrillName): Promised[] {
  const { objectives, recovery } = architecture;
  // The drill takes away all that the region holds, and so is both.
  const faults: readonly string[] = fault === "disaster" ? ["disaster", "region-failure"] : [fault];
  const promised = objectives.flatMap((objective): Promised[] => {
    const { id, kind } = objective;
    const claim = objective.claim.text;
    if ((kind === "recovery" || kind === "data-loss") && faults.includes(objective.from))
      return [{ id, kind, withinMs: objective.within, claim }];
    if (kind === "continuity" && faults.includes(objective.during))
      return [{ id, kind, withinMs: LASTING_MS, claim }];
    return [];
  });
  const has = (kind: Promised["kind"]) => promised.some((each) => each.kind === kind);
  const { rto, rpo } = recovery ?? {};
  if (rto !== undefined && !has("recovery"))
    promised.push({ id: null, kind: "recovery", withinMs: rto, claim: null });
  if (rpo !== undefined && fault === "disaster" && !has("data-loss"))
    promised.push({ id: null, kind: "data-loss", withinMs: rpo, claim: null });
  return promised;
}

/** What the twin itself says about how much may be lost: the interval at which it archives. */
export function promisesOf(rounds: readonly RoundFigures[]): Promised[] {
  const withinMs = rounds.flatMap(({ lossWithinMs }) => lossWithinMs ?? []);
  return withinMs.length === 0
    ? []
    : [{ id: "archive-interval", kind: "data-loss", withinMs: Math.min(...withinMs), claim: null }];
}

/** Whether the rounds have measured anything: requests were answered before the fault, and were tried after it. */
export function isMeasured({ isBroken, isWhole, targets }: RoundFigures): boolean {
  return (
    isBroken &&
    isWhole &&
    targets.length > 0 &&
    targets.every(({ answeredBefore, sentAfter }) => answeredBefore > 0 && sentAfter > 0)
  );
}

export function judge(promised: Promised, rounds: readonly RoundFigures[]): Judged {
  const measuredMs = rounds.length === 0 ? null : worst(rounds.map((round) => measure(promised.kind, round)));
  const isHeld = measuredMs !== null && measuredMs <= promised.withinMs;
  const measured = rounds.length > 0 && rounds.every(isMeasured);
  return { ...promised, measuredMs, verdict: measured ? (isHeld ? "holds" : "fails") : "inconclusive" };
}

/** Of all clients the worst; null where it had no end. */
function measure(kind: Promised["kind"], { targets }: RoundFigures): number | null {
  switch (kind) {
    case "recovery":
      return worst(targets.map(({ outageMs }) => outageMs));
    case "continuity":
      return worst(targets.map(({ longestGapMs }) => longestGapMs));
    case "data-loss":
      return worst(targets.map(({ ledger }) => ledger?.lossMs ?? 0));
  }
}

function worst(values: readonly (number | null)[]): number | null {
  return values.reduce((most, value) => (most === null || value === null ? null : Math.max(most, value)), 0);
}

/**
 * All together: fails where an objective fails, where something was lost that may not be, where service did not come
 * back, or where the twin is left other than it should be; measured nothing is inconclusive, and never a pass.
 */
export function verdictOf(
  rounds: readonly RoundFigures[],
  judged: readonly Judged[],
  { mayLose = false }: { readonly mayLose?: boolean | undefined },
): Verdict {
  if (rounds.some(({ left }) => left.length > 0)) return "fails";
  if (rounds.length === 0 || !rounds.every(isMeasured)) return "inconclusive";
  const targets = rounds.flatMap((round) => round.targets);
  if (targets.some(({ outageMs }) => outageMs === null)) return "fails";
  if (targets.some(({ ledger }) => ledger && (ledger.gaps > 0 || (ledger.lost > 0 && !mayLose))))
    return "fails";
  return judged.some(({ verdict }) => verdict === "fails") ? "fails" : "holds";
}
