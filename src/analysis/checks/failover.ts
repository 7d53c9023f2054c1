import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding, Remedy } from "#model/evidence.ts";
import { failoverOf, spanOf } from "../failover.ts";
import { type Check, fails, holds, inconclusive, referencesTo } from "../finding.ts";
import {
  caches,
  type Database,
  databases,
  hasFailover,
  objectivesOf,
  productOf,
  type Redis,
} from "../parts.ts";
import { time } from "../words.ts";

/** Whether a promised failover is one that AWS's own figures allow. */
export const failoverTime: Check = (architecture) =>
  objectivesOf(architecture, "recovery").flatMap(({ from, within, store: name }) => {
    const concerned = [
      ...(from === "database-failure" ? databases(architecture) : []),
      ...(from === "cache-failure" ? caches(architecture) : []),
    ].filter(([each]) => name === undefined || each === name);
    return concerned.map(([each, store]) => findingOf(architecture, each, store, within));
  });

function findingOf(
  architecture: ResolvedArchitecture,
  name: string,
  store: Database | Redis,
  within: number,
): Finding {
  const timing = failoverOf(architecture, store);
  const found = {
    check: "failover-time",
    part: `stores.${name}`,
    limit: within,
    unit: "milliseconds" as const,
  };
  if (timing === null)
    return inconclusive(
      { ...found, says: `${productOf(store)} fails over by means of its own, if it has any.` },
      `Let AWS run it, by stores.${name}.hosting "managed", or measure it.`,
    );
  const { from, to } = spanOf(timing);
  const takesOver = hasFailover(architecture, store)
    ? ""
    : " Nothing takes over by itself: the instance is repaired or made anew.";
  const says = `${productOf(store)} is back after ${time(from)} to ${time(to)}; promised are ${time(within)}.${takesOver}`;
  const measured = { ...found, figure: to, says, references: referencesTo(timing) };
  if (to <= within) return holds(measured);
  const { says: remedy, set } = remedyOf(architecture, name, store);
  return fails(measured, remedy, set);
}

function remedyOf(architecture: ResolvedArchitecture, name: string, store: Database | Redis): Remedy {
  const at = `stores.${name}`;
  const twoZones = architecture.network.zones > 1;
  if (!hasFailover(architecture, store) && twoZones)
    return {
      says: `Turn ${at}.multiZone on, so that something takes over.`,
      set: { [`${at}.multiZone`]: true },
    };
  if (store.kind === "postgresql" && store.engine === "rds")
    return {
      says: `Move ${name} to Aurora, which fails over in less than a minute, or to an RDS Multi-AZ DB cluster (typically under 35 s); or promise what a DB instance keeps.`,
      set: { [`${at}.engine`]: "aurora" },
    };
  return {
    says:
      store.kind === "mysql"
        ? `Move ${name} to an RDS Multi-AZ DB cluster (typically under 35 s) or to Aurora MySQL; or promise what a DB instance keeps.`
        : "Promise what AWS keeps.",
  };
}
