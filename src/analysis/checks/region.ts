import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { TIMINGS } from "#aws/timings/timings.ts";
import { DISTRIBUTION_CHANGE } from "#aws/networking.ts";
import { SHORTEST_BACKUP_PLAN, STRATEGIES } from "#aws/recovery.ts";
import { spanOf } from "../failover.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { buckets, caches, databases, objectivesOf, stateOf } from "../parts.ts";
import { list, time } from "../words.ts";
import { promisedLoss } from "./recovery-point.ts";

/** What is left when the region is gone, how much of the data is in it, and how people get there. */
export const regionLoss: Check = (architecture) => {
  const within = promisedRecovery(architecture);
  const loss = promisedLoss(architecture);
  return [
    ...single(architecture),
    ...strategy(architecture, within),
    ...copies(architecture, loss),
    ...switchOver(architecture, within),
  ];
};

/** The shortest time that is promised for what takes the region away. */
function promisedRecovery(architecture: ResolvedArchitecture): number | null {
  const times = [
    ...objectivesOf(architecture, "recovery")
      .filter(({ from }) => from === "region-failure" || from === "disaster")
      .map(({ within }) => within),
    ...(architecture.recovery.rto === undefined ? [] : [architecture.recovery.rto]),
  ];
  return times.length > 0 ? Math.min(...times) : null;
}

/** Where nothing at all may be single, the region may not be either. */
function single(architecture: ResolvedArchitecture): Finding[] {
  const { region, recovery } = architecture;
  if (!objectivesOf(architecture, "redundancy").some(({ scope }) => scope === "everything")) return [];
  const found: Found = {
    check: "single-point",
    part: "region",
    figure: 1,
    limit: 2,
    unit: "count",
    says: "",
  };
  if (recovery.region?.strategy === "active-active")
    return [holds({ ...found, figure: 2, says: `${region} and ${recovery.region.name} both serve.` })];
  const other = recovery.region
    ? `${recovery.region.name} has no servers of it that run before somebody starts them (${recovery.region.strategy})`
    : "no second region is declared";
  return [
    fails(
      {
        ...found,
        says: `Everything that serves is in ${region}: when the region is gone, everything stops, and ${other}.`,
      },
      'Serve from two regions (recovery.region.strategy "active-active"), or promise that single points are avoided within the region.',
    ),
  ];
}

function strategy(architecture: ResolvedArchitecture, within: number | null): Finding[] {
  if (within === null) return [];
  const { region } = architecture.recovery;
  const declared = region?.strategy ?? "backup-and-restore";
  const { from, says: usual } = STRATEGIES.value[declared];
  const found: Found = {
    check: "region-strategy",
    part: "recovery.region",
    figure: from,
    limit: within,
    unit: "milliseconds",
    says: `${region ? `What is declared for the loss of the region is ${declared} in ${region.name}` : "Nothing is declared for the loss of the region, so that it is made anew from backups"}. AWS says of that strategy that it recovers in ${usual}; promised are ${time(within)}.`,
    references: referencesTo(STRATEGIES),
  };
  if (from < within / 2) return [holds(found)];
  const says =
    "Keep a warm standby in the second region, which serves as soon as traffic comes; or promise the time that a restore takes.";
  const set = region ? { "recovery.region.strategy": "warm-standby" } : undefined;
  if (from > within || !region) return [fails(found, says, set)];
  return [inconclusive({ ...found, says: `${found.says} Whether that is kept shows only a drill.` }, says)];
}

/** Whether each store's data reaches the second region, and how old it is there. */
function copies(architecture: ResolvedArchitecture, limit: number | null): Finding[] {
  if (limit === null && !architecture.recovery.region) return [];
  const target = architecture.recovery.region?.name;
  const managed = databases(architecture).map(([name, { backup, hosting }]) => {
    const at = `stores.${name}.backup`;
    const found: Found = {
      check: "region-copy",
      part: `${at}.copyTo`,
      ...(limit === null ? {} : { limit }),
      unit: "milliseconds",
      says: "",
    };
    // A copy in the region itself is lost with it.
    if (!backup.copyTo || hosting === "pods" || backup.copyTo.region === architecture.region)
      return fails(
        {
          ...found,
          says: `No backup of ${name} leaves ${architecture.region}: when the region is gone, all of its data is.`,
        },
        `Copy the backups to a second region${target ? `, ${target}` : ""}.`,
        target && hosting === "managed" && (limit === null || backup.every <= limit)
          ? { [`${at}.copyTo`]: { region: target, retention: backup.retention } }
          : undefined,
      );
    const figure = Math.max(backup.every, SHORTEST_BACKUP_PLAN.value);
    const copied: Found = {
      ...found,
      figure,
      says: `A backup of ${name} is copied to ${backup.copyTo.region} every ${time(backup.every)}; what was written since then is lost with ${architecture.region}.${limit === null ? "" : ` Promised are ${time(limit)}.`}`,
      references: referencesTo(SHORTEST_BACKUP_PLAN),
    };
    if (limit === null || figure <= limit) return holds(copied);
    return fails(
      copied,
      "Replicate it all the time: a read replica in the other region, Aurora Global Database, or RDS's replication of automated backups with its logs. Copies come once an hour at the most.",
    );
  });
  return [...managed, ...cacheCopies(architecture), ...bucketCopies(architecture)];
}

function cacheCopies(architecture: ResolvedArchitecture): Finding[] {
  return caches(architecture).flatMap(([name, store]) => {
    const state = stateOf(store);
    const found: Found = { check: "region-copy", part: `stores.${name}`, says: "" };
    if (state.length === 0) return [];
    return [
      fails(
        {
          ...found,
          says: `${name} is in ${architecture.region} alone: ${list(state)} ${state.length > 1 || state.includes("sessions") ? "are" : "is"} lost with the region.`,
        },
        "Use a Global Datastore of ElastiCache, or keep them in a store that is copied.",
      ),
    ];
  });
}

/** Buckets that hold what nobody can make again. */
function bucketCopies(architecture: ResolvedArchitecture): Finding[] {
  return buckets(architecture).flatMap(([name, { purpose, copyTo, region }]) => {
    const isOriginal = purpose === "uploads" || purpose === "site" || purpose === "backups";
    if (!isOriginal || region !== undefined) return [];
    const found: Found = { check: "region-copy", part: `stores.${name}.copyTo`, says: "" };
    const target = architecture.recovery.region?.name;
    return [
      copyTo
        ? holds({ ...found, says: `${name} is copied to ${copyTo.region} as objects come.` })
        : fails(
            { ...found, says: `${name} (${purpose}) is in ${architecture.region} alone.` },
            "Replicate it to a bucket in the second region.",
            target ? { [`stores.${name}.copyTo`]: { region: target } } : undefined,
          ),
    ];
  });
}

/** From the decision until clients are in the other region, and who decides. */
function switchOver(architecture: ResolvedArchitecture, within: number | null): Finding[] {
  const { entry, recovery } = architecture;
  if (within === null || recovery.region?.strategy === "active-active") return [];
  const found: Found = {
    check: "switch-over",
    part: "recovery.region.switchOver",
    limit: within,
    unit: "milliseconds",
    says: "",
  };
  if (!entry.dns)
    return [
      fails(
        {
          ...found,
          part: "entry.dns",
          says: "The architecture has no DNS record: nothing in it can lead clients to another region.",
        },
        "Declare entry.dns, with a record that can be switched.",
      ),
    ];
  const ttl = Math.max(entry.dns.ttl, spanOf(TIMINGS["load-balancer-dns-ttl"]).to);
  const spread = spanOf(TIMINGS["route53-propagation"]).to + ttl;
  const cdn = entry.cdn
    ? ` The record leads to the CDN, not to the region: what has to be changed is the CDN's origin, which takes some ${time(DISTRIBUTION_CHANGE.value)} to be everywhere.`
    : "";
  const figure = spread + (entry.cdn ? DISTRIBUTION_CHANGE.value : 0);
  const references = referencesTo(
    TIMINGS["load-balancer-dns-ttl"],
    TIMINGS["route53-propagation"],
    ...(entry.cdn ? [DISTRIBUTION_CHANGE] : []),
  );
  const says = `Once DNS is changed, clients follow within ${time(spread)}: ${time(ttl)} for which answers are kept, the rest until all name servers know.${cdn}`;
  const timed = { ...found, figure, says, references };
  if (recovery.region?.switchOver === "health-checked-dns")
    return [figure <= within ? holds(timed) : fails(timed, "Shorten entry.dns.ttl.")];
  const byHand: Found = {
    ...timed,
    says: `${says} That a person has to notice, to decide and to change it has no time in the architecture.`,
  };
  const remedy = "Let Route 53 switch by health checks, and practise it.";
  const set = recovery.region ? { "recovery.region.switchOver": "health-checked-dns" } : undefined;
  // A change of the record by hand, as it is declared, changes nothing where the record leads to the CDN.
  return [entry.cdn || figure > within ? fails(byHand, remedy, set) : inconclusive(byHand, remedy)];
}
