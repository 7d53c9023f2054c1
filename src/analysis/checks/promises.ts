import type { ResolvedArchitecture, ResolvedObjective } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, holds, inconclusive } from "../finding.ts";
import { objectivesOf } from "../parts.ts";
import { time } from "../words.ts";

type Recovery = Extract<ResolvedObjective, { readonly kind: "recovery" }>;

/** Whether what is promised can all be true at once, and whether there is a figure at all. */
export const promises: Check = (architecture) => [
  ...missing(architecture),
  ...disasterAndRegion(architecture),
  ...rebuildWithin(architecture),
  ...zoneAndDatabase(architecture),
];

function promisedFor(architecture: ResolvedArchitecture, from: Recovery["from"]): number | null {
  const times = objectivesOf(architecture, "recovery")
    .filter((objective) => objective.from === from)
    .map(({ within }) => within);
  const { rto } = architecture.recovery;
  if (from === "disaster" && rto !== undefined) times.push(rto);
  return times.length > 0 ? Math.min(...times) : null;
}

/** A recovery without a figure can be neither kept nor broken. */
function missing(architecture: ResolvedArchitecture): Finding[] {
  const { recovery } = architecture;
  const hasTime =
    recovery.rto !== undefined ||
    objectivesOf(architecture, "recovery").some(
      ({ from }) => from === "disaster" || from === "region-failure",
    );
  const hasLoss = recovery.rpo !== undefined || objectivesOf(architecture, "data-loss").length > 0;
  return [
    ["recovery.rto", hasTime, "how long a recovery may take"],
    ["recovery.rpo", hasLoss, "how much of the last writes may be lost"],
  ].map(([part, isSet, what]) =>
    isSet === true
      ? holds({
          check: "recovery-figures",
          part: String(part),
          says: `The architecture says ${String(what)}.`,
        })
      : inconclusive(
          {
            check: "recovery-figures",
            part: String(part),
            says: `Nothing says ${String(what)}: no backup, copy or standby can be held against it.`,
          },
          `Give ${String(part)} a figure.`,
        ),
  );
}

/** The loss of the region is a disaster: what recovers from every disaster recovers from that one as fast. */
function disasterAndRegion(architecture: ResolvedArchitecture): Finding[] {
  const disaster = promisedFor(architecture, "disaster");
  const region = promisedFor(architecture, "region-failure");
  if (disaster === null || region === null) return [];
  const found = {
    check: "promises-agree",
    part: "recovery.rto",
    figure: region,
    limit: disaster,
    unit: "milliseconds" as const,
    says: `Recovery from a disaster is promised within ${time(disaster)}, from the loss of the region within ${time(region)}. The loss of the region is a disaster.`,
  };
  return [
    region <= disaster
      ? holds(found)
      : fails(
          found,
          `Promise ${time(region)} for both, or have what serves within ${time(disaster)} in the second region.`,
        ),
  ];
}

/** Building everything anew is only a part of a recovery: data is restored, the service starts, clients follow. */
function rebuildWithin(architecture: ResolvedArchitecture): Finding[] {
  const disaster = promisedFor(architecture, "disaster");
  if (disaster === null) return [];
  return objectivesOf(architecture, "rebuild").map(({ id, within, atLeast }) => {
    const left = disaster - within;
    const found = {
      check: "promises-agree",
      part: `objectives.${id}`,
      figure: within,
      limit: disaster,
      unit: "milliseconds" as const,
      says: `Of the ${time(disaster)} for a recovery, ${time(atLeast)} to ${time(within)} go into building the infrastructure anew. ${left > 0 ? `${time(left)} are left to decide, to restore the database, to deploy and to lead clients there` : "Nothing is left to restore the database, to deploy and to lead clients there"}.`,
    };
    if (left <= 0)
      return fails(found, `Promise more than ${time(within)}, or keep a standby that need not be built.`);
    return inconclusive(
      {
        ...found,
        says: `${found.says}. AWS gives no time for a restore: it grows with the data.`.replace("..", "."),
      },
      "Measure a restore at the size of production, and promise the sum.",
    );
  });
}

/** A zone takes the primary of the database with it: it cannot be back before the database is. */
function zoneAndDatabase(architecture: ResolvedArchitecture): Finding[] {
  const zone = promisedFor(architecture, "zone-failure");
  const database = promisedFor(architecture, "database-failure");
  if (zone === null || database === null) return [];
  const found = {
    check: "promises-agree",
    part: "network.zones",
    figure: database,
    limit: zone,
    unit: "milliseconds" as const,
    says: `A lost zone is promised to be over within ${time(zone)}, a failover of the database within ${time(database)}; a zone takes the database's primary with it.`,
  };
  return [database <= zone ? holds(found) : fails(found, `Promise at least ${time(database)} for a zone.`)];
}
