import { referencesTo } from "#analysis/finding.ts";
import { LASTING_MS } from "#drills/outage.ts";
import type { ScenarioResult } from "#simulator/scenarios/result.ts";
import { digits, time } from "../amounts.ts";
import type { Seen } from "../measured.ts";
import type { Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { drilled } from "./drilled.ts";
import { measuredAs, scenarioOf, titleOf } from "./faults.ts";
import { checked, type Maker, unknown } from "./maker.ts";

/**
 * Half of the replicas may be gone with a fault, and with them half of the requests. Where more fail than that and some
 * that are under way, those fail as well that the fault has left.
 */
const MOST_FAILED = 0.6;

export const continuity: Maker<"continuity"> = (promised, { subject, measured }) => {
  const { during } = promised;
  const scenario = scenarioOf(during);
  const what = titleOf(during);
  return [
    scenario === null
      ? unknown(promised, {
          title: `Requests go on during ${what}, with AWS's timings`,
          source: "simulated",
          why: `no simulation has ${during}`,
        })
      : simulatedContinuity(promised, what, subject.simulate(scenario)),
    drilled(promised, measured, {
      drill: measuredAs(during, subject.architecture),
      title: `Requests go on during ${what}, on the twin`,
      kind: "continuity",
      limitMs: LASTING_MS,
      what: "Nobody had an answer for",
    }),
  ];
};

/**
 * Requests go on where those are answered that are not with a part that is gone. How long some fail is told, and is no
 * breach.
 */
function simulatedContinuity(
  promised: Promised<"continuity">,
  what: string,
  seen: Seen<ScenarioResult>,
): VerifyCheck {
  const source = "simulated";
  const title = `Requests go on during ${what}, with AWS's timings`;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why });
  const { outageMs, failed, rate, runs, timings, steps } = seen.value;
  const lasts = outageMs?.median ?? 0;
  const share = lasts === 0 ? 0 : Math.min(1, failed.median / ((rate * lasts) / 1000));
  const isBroken = (outageMs?.never ?? 0) > runs / 2 || (lasts > LASTING_MS && share > MOST_FAILED);
  const figures = `${digits(failed.median)} requests fail in ${time(lasts)} after the fault, ${digits(share * 100)} % of those that come in that time, at ${digits(rate)} requests a second`;
  return checked(promised, {
    title,
    source,
    profile: "aws",
    figure: share * 100,
    limit: MOST_FAILED * 100,
    sense: "at-most",
    unit: "percent",
    samples: runs,
    spread: null,
    verdict: isBroken ? "fails" : "holds",
    says: isBroken ? `${figures}: for that time nobody is served.` : `${figures}; the others are answered.`,
    references: referencesTo(...timings),
    series: { kind: "steps", steps: steps.map(({ says, fromMs, toMs }) => ({ says, fromMs, toMs })) },
  });
}
