import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, type Found, holds, inconclusive } from "../finding.ts";
import { objectivesOf } from "../parts.ts";
import { grouped, time } from "../words.ts";

/** More operations than so many for one request are rather another figure than a use of the cache. */
const MOST_OPERATIONS = 100;

/** Promised figures that are about the same requests, and fit together or do not. */
export const agreeingFigures: Check = (architecture) => [
  ...operations(architecture),
  ...queries(architecture),
];

function operations(architecture: ResolvedArchitecture): Finding[] {
  const rates = objectivesOf(architecture, "throughput");
  const requests = rates.find(({ of }) => of === "requests");
  return rates
    .filter(({ of }) => of === "cache-operations")
    .flatMap(({ id, atLeast }) => {
      if (!requests || requests.atLeast <= 0) return [];
      const each = atLeast / requests.atLeast;
      const found: Found = {
        check: "promises-agree",
        part: `objectives.${id}`,
        figure: each,
        limit: MOST_OPERATIONS,
        unit: "count",
        says: `${grouped(atLeast)} cache operations a second are promised, and ${grouped(requests.atLeast)} requests: ${grouped(each)} operations for each.`,
      };
      return [
        each <= MOST_OPERATIONS
          ? holds(found)
          : inconclusive(
              {
                ...found,
                says: `${found.says} No request needs as many: one of the figures is about something else.`,
              },
              "Say what the operations are for, or promise what the requests need.",
            ),
      ];
    });
}

/** Where queries take on average what an answer may take at the most, there is time for one of them and nothing else. */
function queries(architecture: ResolvedArchitecture): Finding[] {
  const latencies = objectivesOf(architecture, "latency");
  const database = latencies.find(({ of }) => of === "database");
  return latencies
    .filter(({ of, statistic }) => of === "api" && statistic !== "average")
    .flatMap(({ id, within, statistic }) => {
      if (!database || database.statistic !== "average") return [];
      const found: Found = {
        check: "promises-agree",
        part: `objectives.${id}`,
        figure: database.within,
        limit: within,
        unit: "milliseconds",
        says: `An answer may take ${time(within)} (${statistic}), and a query ${time(database.within)} on average.`,
      };
      return [
        2 * database.within < within
          ? holds(found)
          : inconclusive(
              {
                ...found,
                says: `${found.says} A request with two queries is late half of the time by the second figure alone, so that both are not the same system's.`,
              },
              `Promise queries that are well below ${time(within / 2)}.`,
            ),
      ];
    });
}
