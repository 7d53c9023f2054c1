import { type Data, entriesOf, isRecord, placesAt } from "../data.ts";
import type { PartKind } from "../names.ts";
import { choiceProblem, formatPath, type Problem } from "../problems.ts";
import type { Check } from "./check.ts";

const WHERE: Readonly<Record<PartKind, string>> = { service: "services", store: "stores", secret: "secrets" };

/** Every place where an architecture names another part, and the kinds that may stand there. */
export const REFERENCES: readonly (readonly [pattern: string, ...kinds: PartKind[]])[] = [
  ["services.*.uses.*", "service", "store"],
  ["services.*.secrets.*", "secret"],
  ["services.*.before.*", "service"],
  ["services.*.example.written.store", "store"],
  ["secrets.*.of", "store"],
  ["entry.loadBalancer.routes.*.to", "service"],
  ["entry.loadBalancer.accessLogs.bucket", "store"],
  ["entry.cdn.site", "store"],
  ["entry.cdn.originFailover", "store"],
  ["entry.cdn.logs.bucket", "store"],
  ["observability.metrics.archive", "store"],
  ["observability.slos.*.service", "service"],
  ["objectives.*.store", "store"],
  ["objectives.*.to", "store"],
  ["objectives.*.service", "service"],
];

/** Places that take one kind of store only. */
const BUCKETS =
  /^entry\.(loadBalancer\.accessLogs\.bucket|cdn\.(site|originFailover|logs\.bucket))$|^observability\.metrics\.archive$/;

/** A part is named that the architecture does not have. */
export const checkReferences: Check = (architecture) =>
  REFERENCES.flatMap(([pattern, ...kinds]) => {
    const known = kinds.flatMap((kind) => entriesOf(architecture[WHERE[kind]]).map(([name]) => name));
    return placesAt(architecture, pattern.split(".")).flatMap(([path, name]) => {
      if (typeof name !== "string") return [];
      const at = formatPath(path);
      if (!known.includes(name)) return [unknown(at, name, kinds, known)];
      return BUCKETS.test(at) && !isBucket(architecture, name) ? [notBucket(at, name)] : [];
    });
  });

function unknown(path: string, name: string, kinds: readonly PartKind[], known: readonly string[]): Problem {
  const problem = choiceProblem(path, name, known, "REFERENCE_UNKNOWN");
  return { ...problem, message: `there is no ${kinds.join(" or ")} named "${name}"` };
}

function isBucket(architecture: Data, name: string): boolean {
  const stores = architecture["stores"];
  const store = isRecord(stores) ? stores[name] : undefined;
  return isRecord(store) && store["kind"] === "bucket";
}

function notBucket(path: string, name: string): Problem {
  return {
    code: "REFERENCE_KIND",
    path,
    message: `the store "${name}" is not a bucket`,
    remedy: 'Name a store of kind "bucket" here.',
  };
}
