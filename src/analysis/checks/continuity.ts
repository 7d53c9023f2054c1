import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import type { FaultName } from "#model/faults.ts";
import { failoverOf, spanOf } from "../failover.ts";
import { type Check, fails, holds, referencesTo } from "../finding.ts";
import { caches, databases, dependentsOf, objectivesOf, productOf, replicated } from "../parts.ts";
import { count, list, time } from "../words.ts";

/** The longest pause that still counts as going on; the drills go by the same. */
const LONGEST_GAP = 1000;

type During = FaultName | "deployment";

/** Faults that take the primary of a store with them. */
const TAKES_STORES: ReadonlySet<During> = new Set(["zone-failure", "database-failure"]);
/** Faults that take one replica, or a machine. */
const TAKES_REPLICAS: ReadonlySet<During> = new Set(["replica-crash", "replica-hang", "node-failure"]);

/** Whether requests can go on through a fault, by what is left of everything that they need. */
export const continuity: Check = (architecture) =>
  objectivesOf(architecture, "continuity").flatMap(({ during, service }) => {
    if (TAKES_STORES.has(during)) return stores(architecture, during);
    if (TAKES_REPLICAS.has(during)) return replicas(architecture, service);
    if (during === "cache-failure") return lostCaches(architecture, service);
    return [];
  });

function stores(architecture: ResolvedArchitecture, during: string): Finding[] {
  return databases(architecture).flatMap(([name, store]) => {
    const users = dependentsOf(architecture, name);
    const timing = failoverOf(architecture, store);
    if (users.length === 0 || timing === null) return [];
    const { from, to } = spanOf(timing);
    return [
      fails(
        {
          check: "continuity",
          part: `stores.${name}`,
          figure: to,
          limit: LONGEST_GAP,
          unit: "milliseconds",
          says: `A ${during.replace("-", " ")} that takes the primary of ${name} stops all that ${list(users)} ${users.length > 1 ? "do" : "does"} with it for ${time(from)} to ${time(to)}: ${productOf(store)} fails over in that time, and requests that need it fail.`,
          references: referencesTo(timing),
        },
        "Promise that requests which need the database may fail until it is back; let the service answer others, and repeat writes.",
      ),
    ];
  });
}

function replicas(architecture: ResolvedArchitecture, only: string | undefined): Finding[] {
  return replicated(architecture)
    .filter(([name]) => only === undefined || name === only)
    .map(
      ([
        name,
        {
          replicas: { min, desired, max },
        },
      ]) => {
        const at = `services.${name}.replicas`;
        const found = {
          check: "continuity",
          part: `${at}.min`,
          figure: min,
          limit: 2,
          unit: "count" as const,
          says:
            min > 1
              ? `With ${count(min, "replica")} of ${name} at the least, ${min - 1} ${min > 2 ? "go" : "goes"} on when one is gone.`
              : `With ${count(min, "replica")} of ${name} at the least, none may be left when one is gone.`,
        };
        return min > 1
          ? holds(found)
          : fails(found, `Raise ${at}.min to 2.`, {
              [`${at}.min`]: 2,
              [`${at}.desired`]: Math.max(2, desired),
              [`${at}.max`]: Math.max(2, max),
            });
      },
    );
}

/** Without its cache a service has to answer from elsewhere, which no setting shows: but sessions are nowhere else. */
function lostCaches(architecture: ResolvedArchitecture, only: string | undefined): Finding[] {
  return caches(architecture).flatMap(([name, { purposes }]) => {
    const users = dependentsOf(architecture, name).filter((user) => only === undefined || user === only);
    if (users.length === 0) return [];
    const state = purposes.filter((purpose) => purpose === "sessions" || purpose === "queue");
    const found = { check: "continuity", part: `stores.${name}.purposes` };
    return [
      state.length === 0
        ? holds({ ...found, says: `What ${name} holds (${list(purposes)}) can be made again without it.` })
        : fails(
            {
              ...found,
              says: `${list(users)} cannot go on unharmed without ${name}: it holds ${list(state)}, which are nowhere else.`,
            },
            "Keep sessions in the database or in signed tokens, queues in SQS; then the cache may be lost.",
          ),
    ];
  });
}
