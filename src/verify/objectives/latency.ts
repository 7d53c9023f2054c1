import { referencesTo } from "#analysis/finding.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Times } from "#load/times.ts";
import { digits, time } from "../amounts.ts";
import type { LoadSeen, Seen, StoreSeen } from "../measured.ts";
import type { Promised } from "../promises.ts";
import { promisedRate } from "../rate.ts";
import type { VerifyCheck } from "../report.ts";
import { doubted } from "./doubted.ts";
import { loadBase } from "./loaded.ts";
import { checked, type Evidence, type Maker, unknown } from "./maker.ts";

type Statistic = Promised<"latency">["statistic"];

/** The share of simulated requests that may fail where a time is promised for all. */
const LOST = 0.001;
const MORE_REPLICAS = "Allow more replicas, or larger ones, or promise it at a lower rate.";

export const latency: Maker<"latency"> = (promised, evidence) => {
  const { subject, measured } = evidence;
  const { of } = promised;
  switch (of) {
    case "api":
      return [
        simulatedLatency(promised, evidence),
        doubted(loadedLatency(promised, measured.load()), measured.busy),
      ];
    case "page":
      return [
        unknown(promised, {
          title: "How long a page takes to load",
          source: "measured",
          why: "no browser is run: a page's time depends on its files, on the browser and on the way to it. Measure it with real users, or with a browser in the pipeline",
          ...limitOf(promised),
        }),
      ];
    case "database":
    case "cache": {
      const store = storeFor(subject.architecture, of);
      const title = `How long the ${of} takes to answer`;
      return store === null
        ? [
            unknown(promised, {
              title,
              source: "measured",
              why: `no service uses a ${of}`,
              ...limitOf(promised),
            }),
          ]
        : [storeLatency(promised, store, title, measured.store(store))];
    }
  }
};

function simulatedLatency(promised: Promised<"latency">, { subject }: Evidence): VerifyCheck {
  const source = "simulated";
  const rate = promisedRate(subject.architecture);
  const title = `How long requests take at ${digits(rate.perSecond)} a second, with AWS's timings`;
  const seen = subject.simulate("steady", rate.perSecond);
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limitOf(promised) });
  const { latencyMs, runs, requests, failed, timings, assumptions } = seen.value;
  if (latencyMs === null)
    return checked(promised, {
      ...limitOf(promised),
      title,
      source,
      profile: "aws",
      figure: null,
      samples: requests,
      verdict: requests > 0 ? "fails" : "inconclusive",
      says: `None of ${digits(requests)} requests in ${runs} runs is answered, at ${digits(rate.perSecond)} a second (${rate.from}).`,
      remedy: requests > 0 ? MORE_REPLICAS : null,
      references: referencesTo(...timings),
    });
  const figure = latencyMs[promised.statistic === "maximum" ? "max" : promised.statistic];
  // The time is of those that are answered: where many are not, it says nothing about what clients see.
  const isAnswered = failed.median <= (LOST * requests) / runs;
  const isHeld = figure <= promised.within && isAnswered;
  return checked(promised, {
    ...limitOf(promised),
    title,
    source,
    profile: "aws",
    figure,
    samples: requests,
    verdict: isHeld ? "holds" : "fails",
    says: [
      `${statisticName(promised.statistic)} ${time(figure)} over ${digits(requests)} requests in ${runs} runs, at ${digits(rate.perSecond)} a second (${rate.from}); ${time(promised.within)} is promised.`,
      failed.max > 0
        ? `Up to ${digits(failed.max)} requests of a run fail${isAnswered ? "" : ", and the time is of the others only"}.`
        : "",
      ...assumptions.slice(0, 1),
    ]
      .filter((part) => part !== "")
      .join(" "),
    ...(isAnswered ? {} : { remedy: MORE_REPLICAS }),
    references: referencesTo(...timings),
    series: {
      kind: "latency",
      percentiles: percentilesOf(latencyMs),
    },
  });
}

function loadedLatency(promised: Promised<"latency">, seen: Seen<LoadSeen>): VerifyCheck {
  const source = "measured";
  const title = "How long requests take under load";
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, ...limitOf(promised) });
  const { result, limits, rate } = seen.value;
  const figure = statisticOf(result.latency, promised.statistic);
  const isHeld = figure <= promised.within && result.failed === 0;
  const told = promised.statistic === "average" ? "At most" : statisticName(promised.statistic);
  return checked(promised, {
    ...limitOf(promised),
    ...loadBase(seen.value),
    title,
    figure,
    // Where the generator was the limit, a latency that is too long says nothing about the system.
    verdict: isHeld ? "holds" : limits.length > 0 ? "inconclusive" : "fails",
    says: [
      `${told} ${time(figure)} over ${digits(result.asked)} requests at ${digits(rate)} a second, ${digits(result.failed)} of which failed; ${time(promised.within)} is promised.`,
      ...limits,
    ].join(" "),
    series: {
      kind: "latency",
      percentiles: percentilesOf(result.latency),
    },
  });
}

function storeLatency(
  promised: Promised<"latency">,
  store: string,
  title: string,
  seen: Seen<StoreSeen>,
): VerifyCheck {
  const source = "measured";
  const part = `stores.${store}`;
  if ("why" in seen) return unknown(promised, { title, source, why: seen.why, part, ...limitOf(promised) });
  const { times, profile, substitutes } = seen.value;
  const figure = times[promised.statistic === "maximum" ? "max" : promised.statistic];
  return checked(promised, {
    ...limitOf(promised),
    title,
    source,
    part,
    profile,
    substitutes,
    figure,
    samples: times.count,
    verdict: figure <= promised.within ? "holds" : "fails",
    says: `${statisticName(promised.statistic)} ${time(figure)} over ${digits(times.count)} round trips of a read and a write by key, one after the other; ${time(promised.within)} is promised. The network of AWS is not in it.`,
    series: {
      kind: "latency",
      percentiles: percentilesOf(times),
    },
  });
}

const PERCENTS = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9, max: 100 } as const;

/** As many of them as are known, the fastest first. */
function percentilesOf(known: Partial<Record<keyof typeof PERCENTS, number>>) {
  return (Object.keys(PERCENTS) as (keyof typeof PERCENTS)[]).flatMap((name) => {
    const ms = known[name];
    return ms === undefined ? [] : [{ percent: PERCENTS[name], ms }];
  });
}

/** The store behind the services that is meant by a word of the document. */
export function storeFor(
  { services, stores }: ResolvedArchitecture,
  of: "database" | "cache",
): string | null {
  const kinds = of === "cache" ? ["redis"] : ["postgresql", "mysql", "documentdb"];
  const used = Object.values(services).flatMap(({ uses }) => uses);
  return [...used, ...Object.keys(stores)].find((name) => kinds.includes(stores[name]?.kind ?? "")) ?? null;
}

/**
 * The generator keeps percentiles and no mean. Counting every request as slow as the slowest of its share gives a bound
 * that the mean does not exceed.
 */
export function statisticOf(times: Times, statistic: Statistic): number {
  if (statistic === "maximum") return times.max;
  if (statistic !== "average") return times[statistic];
  const { p50, p90, p95, p99, p999, max } = times;
  return 0.5 * p50 + 0.4 * p90 + 0.05 * p95 + 0.04 * p99 + 0.009 * p999 + 0.001 * max;
}

function statisticName(statistic: Statistic): string {
  return {
    average: "On average",
    p50: "The median is",
    p95: "The 95th percentile is",
    p99: "The 99th percentile is",
    maximum: "The slowest takes",
  }[statistic];
}

function limitOf({ within }: Promised<"latency">) {
  return { limit: within, sense: "at-most", unit: "milliseconds" } as const;
}
