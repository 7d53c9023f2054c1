import type { FaultName } from "#model/faults.ts";
import { time } from "../amounts.ts";
import { check } from "../checks.ts";
import { about, type Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { documentedTimes, type ProviderTime } from "./documented.ts";
import { drilled } from "./drilled.ts";
import { measuredAs, scenarioOf, titleOf } from "./faults.ts";
import { type Maker, unknown } from "./maker.ts";
import { simulatedDuration } from "./simulated.ts";

export const recovery: Maker<"recovery"> = (promised, { subject, measured }) => {
  const { from, within } = promised;
  const fault = titleOf(from);
  const scenario = scenarioOf(from);
  const documented = documentedTimes(subject.architecture, from, promised.store);
  const onTwin = drilled(promised, measured, {
    drill: measuredAs(from, subject.architecture),
    title: `Recovery from ${fault}, on the twin`,
    kind: "recovery",
    limitMs: within,
    what: "Clients were without service for",
  });
  return [
    ...documented.map((each) => documentedCheck(promised, each, fault)),
    scenario === null
      ? unknown(promised, {
          title: `Recovery from ${fault}, with AWS's timings`,
          source: "simulated",
          why: `no simulation has ${fault}`,
        })
      : simulatedDuration(promised, subject.simulate(scenario), {
          title: `Recovery from ${fault}, with AWS's timings`,
          limitMs: within,
          of: ({ outageMs }) => outageMs,
          what: `After ${fault}, service is away for`,
        }),
    onTwin,
    ...documented.flatMap((each) => combined(promised, each, onTwin, from)),
  ];
};

/** What AWS itself says that it takes: a promise that is shorter than that is nobody's to keep. */
function documentedCheck(
  promised: Promised<"recovery">,
  { part, what, fromMs, toMs, page, asOf }: ProviderTime,
  fault: string,
): VerifyCheck {
  const { within } = promised;
  const isHeld = toMs <= within;
  return check({
    ...about(promised),
    id: `${promised.id}.documented${promised.store === undefined ? `.${part}` : ""}`,
    title: `Recovery from ${fault}: what AWS says about ${what}`,
    source: "documented",
    part,
    figure: toMs,
    range: { from: fromMs, to: toMs },
    limit: within,
    sense: "at-most",
    unit: "milliseconds",
    verdict: isHeld ? "holds" : "fails",
    says: `AWS says of ${what}: ${span(fromMs, toMs)}. ${time(within)} is promised${isHeld ? "." : ", which AWS's own figures contradict."}`,
    remedy: isHeld
      ? null
      : `Promise at least ${time(toMs)} for ${part}${part.startsWith("stores.") ? ", or use a kind of store whose documented failover is shorter" : ""}.`,
    remedyPerMonth: null,
    references: [{ page, asOf }],
  });
}

/** What AWS documents and what the software adds, as was measured: two sources, shown as a span. */
function combined(
  promised: Promised<"recovery">,
  { part, what, fromMs, toMs, page, asOf }: ProviderTime,
  { spread, verdict, profile, substitutes, samples }: VerifyCheck,
  from: FaultName,
): VerifyCheck[] {
  if (spread === null || verdict === "inconclusive") return [];
  const { within } = promised;
  const range = { from: fromMs + spread.min, to: toMs + spread.max };
  return [
    check({
      ...about(promised),
      id: `${promised.id}.combined${promised.store === undefined ? `.${part}` : ""}`,
      title: `Recovery from ${titleOf(from)}: AWS's time and the software's`,
      source: "documented",
      part,
      range,
      limit: within,
      sense: "at-most",
      unit: "milliseconds",
      profile,
      substitutes,
      samples,
      verdict: range.to <= within ? "holds" : range.from >= within ? "fails" : "inconclusive",
      says: `AWS says ${span(fromMs, toMs)} of ${what}; on the twin the software took ${span(spread.min, spread.max)} in ${samples} rounds. Together: ${span(range.from, range.to)}, where ${time(within)} is promised${range.to <= within || range.from >= within ? "" : ", which lies within that span"}.`,
      references: [{ page, asOf }],
    }),
  ];
}

function span(fromMs: number, toMs: number): string {
  return fromMs === toMs ? time(toMs) : `${time(fromMs)} to ${time(toMs)}`;
}
