import type { Finding } from "#model/evidence.ts";
import type { Promised } from "./promises.ts";

/** Whether a finding of a static check is about a promise. */
type IsAbout = (promised: Promised, finding: Finding) => boolean;

const REGION: readonly string[] = ["disaster", "region-failure"];

/**
 * The static checks that hold something against a promise, and which promises those are. A check that is not here is about
 * the architecture alone.
 */
const PROMISES_OF: Readonly<Record<string, IsAbout>> = {
  "failover-time": (promised, { part }) =>
    recoveryFrom(promised, ["database-failure", "cache-failure", "zone-failure"]) &&
    (!("store" in promised) || promised.store === undefined || part === `stores.${promised.store}`),
  "health-detection": (promised) =>
    recoveryFrom(promised, ["zone-failure", "replica-crash", "replica-hang", "node-failure"]),
  "node-loss": (promised) => recoveryFrom(promised, ["node-failure", "replica-crash"]),
  "zone-recovery": (promised) => recoveryFrom(promised, ["zone-failure"]),
  "region-strategy": (promised) => recoveryFrom(promised, REGION),
  "switch-over": (promised) => recoveryFrom(promised, REGION),
  "recovery-point": (promised) => promised.kind === "data-loss",
  "region-copy": (promised) => promised.kind === "data-loss" && REGION.includes(promised.from),
  continuity: (promised, { part }) =>
    promised.kind === "continuity" && (part.startsWith("stores.") || isOfService(part, promised.service)),
  "connections-counted-on": (promised, { part }) => isOfStore(promised, part),
  "connections-promised": (promised, { part }) => isOfStore(promised, part),
  "network-rate": (promised) => promised.kind === "data-flow",
  "cache-rate": (promised) => promised.kind === "throughput" && promised.of === "cache-operations",
  utilisation: (promised, { says }) =>
    promised.kind === "utilisation" && says.toLowerCase().startsWith(promised.of),
};

/**
 * The promise that a finding is about: the one that it names as its part, else one of those that its check holds something
 * against. Of several the one with the finding's own limit; null where there is none.
 */
export function promiseOf(finding: Finding, promises: readonly Promised[]): Promised | null {
  const named = promises.find(({ id }, index) =>
    [`objectives.${id}`, `objectives.${index}`].includes(finding.part),
  );
  if (named) return named;
  const isAbout = PROMISES_OF[finding.check];
  if (!isAbout) return null;
  const about = promises.filter((promised) => isAbout(promised, finding));
  return about.find((promised) => limitOf(promised) === finding.limit) ?? about[0] ?? null;
}

function limitOf(promised: Promised): number | null {
  if ("within" in promised) return promised.within;
  return "atLeast" in promised && typeof promised.atLeast === "number" ? promised.atLeast : null;
}

function recoveryFrom(promised: Promised, faults: readonly string[]): boolean {
  return promised.kind === "recovery" && faults.includes(promised.from);
}

function isOfService(part: string, service: string | undefined): boolean {
  return service === undefined || part === `services.${service}` || part.startsWith(`services.${service}.`);
}

function isOfStore(promised: Promised, part: string): boolean {
  return promised.kind === "connections" && part.startsWith(`stores.${promised.to}.`);
}
