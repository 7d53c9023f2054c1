import { referencesTo } from "#analysis/finding.ts";
import type { ScenarioResult } from "#simulator/scenarios/result.ts";
import { digits } from "../amounts.ts";
import type { LoadSeen, Seen, StoreSeen } from "../measured.ts";
import type { Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { doubted } from "./doubted.ts";
import { storeFor } from "./latency.ts";
import { loadBase } from "./loaded.ts";
import { checked, type Maker, unknown } from "./maker.ts";

/** A rate is kept where so many of the requests that came at it were answered. */
const ANSWERED = 0.999;
/** Of the rate that was asked for: what a second's beginning and end take away. */
const REACHED = 0.98;

export const throughput: Maker<"throughput"> = (promised, { subject, measured }) => {
  if (promised.of === "requests")
    return [
      simulatedRate(promised, subject.simulate("steady", promised.atLeast)),
      doubted(loadedRate(promised, measured.load()), measured.busy),
    ];
  const cache = storeFor(subject.architecture, "cache");
  const title = "Commands a second that the cache answers";
  return cache === null
    ? [
        unknown(promised, {
          title,
          source: "measured",
          why: "the architecture has no cache",
          ...limitOf(promised),
        }),
      ]
    : [commands(promised, cache, title, measured.store(cache))];
};

function simulatedRate(promised: Promised<"throughput">, seen: Seen<ScenarioResult>): VerifyCheck {
  const source = "simulated";
  const title = `${digits(promised.atLeast)} requests a second, with AWS's timings`;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limitOf(promised) });
  const { requests, failed, runs, timings, assumptions } = seen.value;
  const each = requests / runs;
  const answered = each === 0 ? 0 : 1 - failed.median / each;
  const isHeld = answered >= ANSWERED;
  return checked(promised, {
    ...limitOf(promised),
    title,
    source,
    profile: "aws",
    figure: promised.atLeast * answered,
    samples: requests,
    verdict: isHeld ? "holds" : "fails",
    says: [
      `Of ${digits(each)} requests that come at the promised rate, ${digits(failed.median)} fail in the median of ${runs} runs.`,
      ...assumptions.slice(0, 1),
    ].join(" "),
    references: referencesTo(...timings),
  });
}

function loadedRate(promised: Promised<"throughput">, seen: Seen<LoadSeen>): VerifyCheck {
  const source = "measured";
  const title = `${digits(promised.atLeast)} requests a second, under load`;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limitOf(promised) });
  const { result, rate, limits } = seen.value;
  const figure = result.succeeded / result.elapsedSeconds;
  const isAsked = rate >= promised.atLeast * REACHED;
  const isHeld = figure >= promised.atLeast * REACHED && result.succeeded >= ANSWERED * result.asked;
  return checked(promised, {
    ...limitOf(promised),
    ...loadBase(seen.value),
    title,
    figure,
    verdict: isHeld ? "holds" : isAsked && limits.length === 0 ? "fails" : "inconclusive",
    says: [
      `${digits(figure)} requests a second succeeded of ${digits(rate)} that were sent; ${digits(result.failed)} of ${digits(result.asked)} failed.`,
      isAsked ? "" : "Fewer were sent than are promised.",
      ...limits,
    ]
      .filter((part) => part !== "")
      .join(" "),
  });
}

function commands(
  promised: Promised<"throughput">,
  store: string,
  title: string,
  seen: Seen<StoreSeen>,
): VerifyCheck {
  const source = "measured";
  const part = `stores.${store}`;
  const why =
    "why" in seen
      ? seen.why
      : seen.value.perSecond === null
        ? "nobody asked it for as much as it could do"
        : null;
  if (why !== null || "why" in seen)
    return unknown(promised, { title, source, why: why ?? "", part, ...limitOf(promised) });
  const { perSecond, profile, substitutes } = seen.value;
  const isHeld = (perSecond ?? 0) >= promised.atLeast;
  return checked(promised, {
    ...limitOf(promised),
    title,
    source,
    part,
    profile,
    substitutes,
    figure: perSecond,
    samples: Math.round(perSecond ?? 0),
    verdict: isHeld ? "holds" : "inconclusive",
    says: `${digits(perSecond ?? 0)} commands a second were answered on this machine, which has no more for it; ${digits(promised.atLeast)} are promised.`,
  });
}

function limitOf({ atLeast }: Promised<"throughput">) {
  return { limit: atLeast, sense: "at-least", unit: "per-second" } as const;
}
