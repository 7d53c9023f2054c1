import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Promised } from "../promises.ts";
import type { VerifyCheck } from "../report.ts";
import { checked, type Maker, unknown } from "./maker.ts";

/** Whether there is something that could spare a part its load is in the architecture; how much it spares is not. */
export const relief: Maker<"relief"> = (promised, { subject }) => {
  const missing = missingFor(promised, subject.architecture);
  return [
    checked(promised, {
      title: TITLES[promised.by],
      source: "computed",
      ...(missing === null
        ? { verdict: "holds", says: wayOf(promised, subject.architecture) }
        : { verdict: "fails", ...missing }),
    }),
    howMuch(promised),
  ];
};

const TITLES = {
  cache: "The cache stands between services and database",
  cdn: "The CDN stands between clients and origin",
} as const;

function howMuch(promised: Promised<"relief">): VerifyCheck {
  return unknown(promised, {
    title:
      promised.by === "cache" ? "How many queries the cache answers" : "How many requests the CDN answers",
    source: "measured",
    why:
      promised.by === "cache"
        ? "the share of requests that a cache answers depends on what clients ask for again, which a load of one request does not show. Compare the cache's hits and misses in production"
        : "no twin has a CDN: the share that it answers depends on what clients ask for again. Compare CloudFront's CacheHitRate in production",
    unit: "percent",
  });
}

function missingFor(
  { by }: Promised<"relief">,
  { services, stores, entry }: ResolvedArchitecture,
): { readonly says: string; readonly remedy: string } | null {
  if (by === "cdn")
    return entry.cdn === undefined
      ? { says: "There is no CDN: every request goes to the origin.", remedy: "Declare entry.cdn." }
      : null;
  const isCache = (name: string) => stores[name]?.kind === "redis";
  const both = Object.values(services).some(
    ({ uses }) => uses.some(isCache) && uses.some((name) => stores[name] !== undefined && !isCache(name)),
  );
  return both
    ? null
    : {
        says: "No service uses both a cache and a database: nothing can be answered from the one in place of the other.",
        remedy: "Name the cache in the `uses` of the service that queries the database.",
      };
}

function wayOf({ by }: Promised<"relief">, { services, stores, entry }: ResolvedArchitecture): string {
  if (by === "cdn")
    return `The CDN serves the files of ${entry.cdn?.site === undefined ? "its origin" : `stores.${entry.cdn.site}`} from its edges; ${entry.cdn?.apiPaths.length ? `requests to ${entry.cdn.apiPaths.join(", ")} go on to the load balancer, every one of them` : "nothing else passes it"}.`;
  const names = Object.entries(services)
    .filter(([, { uses }]) => uses.some((name) => stores[name]?.kind === "redis"))
    .map(([name]) => name);
  return `${names.join(" and ")} can answer from the cache what would be a query otherwise. How much that is, no architecture says.`;
}
