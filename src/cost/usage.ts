import type { ResolvedArchitecture } from "#model/architecture.ts";
import { GB, HOURS_A_MONTH } from "./month.ts";

type Declared = ResolvedArchitecture["billing"]["usage"];
type Field = keyof Declared;

/** An amount of a month, and the sentence that says where it comes from. */
export interface Assumed {
  readonly value: number;
  readonly says: string;
}

/** What the bill takes for used each month: requests and operations as counts, data in GB, processors in per cent. */
export type Usage = Readonly<Record<Field, Assumed>>;

/** What is assumed where the architecture does not say, and why so much. */
interface Otherwise {
  readonly value: number;
  readonly because?: string;
}

const REQUESTS_PER_SECOND = 100 / 60;
const RESPONSE_KB = 4;
const DATABASE_KB = 8;
const IMAGE_GB = 0.2;
const NAT_GB = 10;
const WORKING_HOURS = 176;

const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;

/** A month's usage: as `billing.usage` says, and assumptions for the rest; each sentence names the field that sets it. */
export function usageOf(architecture: ResolvedArchitecture): Usage {
  const { usage } = architecture.billing;
  const requests = count(usage, "requests", "requests", { value: REQUESTS_PER_SECOND * SECONDS_A_MONTH });
  const logs = data(usage, "logs", "of lines written by the services", { value: 5 });
  return {
    requests,
    logs,
    transferOut: data(usage, "transferOut", "to the internet", transferOut(architecture, requests.value)),
    natTraffic: data(usage, "natTraffic", "through NAT", natTraffic(architecture, logs.value)),
    imageStorage: data(usage, "imageStorage", "of images", imageStorage(architecture)),
    cdnTransfer: data(usage, "cdnTransfer", "from CloudFront to viewers", { value: 100 }),
    bucketStorage: data(usage, "bucketStorage", "in all buckets together", { value: 50 }),
    databaseStorage: data(usage, "databaseStorage", "in the cluster", { value: 20 }),
    databaseOperations: count(usage, "databaseOperations", "operations on storage", {
      value: requests.value,
      because: "one for each request",
    }),
    crossZoneTransfer: data(
      usage,
      "crossZoneTransfer",
      "between zones",
      crossZone(architecture, requests.value),
    ),
    flowLogs: data(usage, "flowLogs", "of VPC flow logs", { value: 5 }),
    cpu: assumed(usage, "cpu", (value) => `${value} % of the processors used on average`, cpu(architecture)),
    vpnHours: assumed(usage, "vpnHours", (value) => `${value} hours of connections to the VPN`, {
      value: WORKING_HOURS,
      because: "one administrator in working hours",
    }),
  };
}

function transferOut({ entry }: ResolvedArchitecture, requests: number): Otherwise {
  return entry.cdn
    ? { value: 0, because: "all answers go through CloudFront, and AWS carries data there for nothing" }
    : { value: (requests * RESPONSE_KB) / 1e6, because: `${RESPONSE_KB} kB for each request` };
}

function natTraffic({ observability, network }: ResolvedArchitecture, logs: number): Otherwise {
  const logsLeave = observability.logs.backend === "cloudwatch" && !network.endpoints.includes("logs");
  return {
    value: NAT_GB + (logsLeave ? logs : 0),
    because: `${NAT_GB} GB of images, packages and calls to AWS${logsLeave ? ", and the services' logs" : ""}`,
  };
}

function imageStorage({ services, registry }: ResolvedArchitecture): Otherwise {
  const repositories = new Set(Object.values(services).map(({ image }) => image.repository)).size;
  return {
    value: repositories * registry.keepTagged * IMAGE_GB,
    because: `${registry.keepTagged} of ${IMAGE_GB} GB in each repository`,
  };
}

function crossZone({ zoneNames }: ResolvedArchitecture, requests: number): Otherwise {
  return {
    value: (requests * (1 - 1 / zoneNames.length) * DATABASE_KB) / 1e6,
    because: `${DATABASE_KB} kB for each request whose data is in another zone`,
  };
}

/** The middle of what the document promises for the processors; else what most burstable sizes earn credits for. */
function cpu({ objectives }: ResolvedArchitecture): Otherwise {
  const promised = objectives.find((each) => each.kind === "utilisation" && each.of === "cpu");
  if (promised?.kind !== "utilisation") return { value: 20 };
  const [from, to] = promised.between;
  return { value: (from + to) / 2, because: `the middle of what objective ${promised.id} promises` };
}

type Sized = Exclude<Field, "requests" | "databaseOperations" | "cpu" | "vpnHours">;

function data(declared: Declared, field: Sized, what: string, otherwise: Otherwise): Assumed {
  const bytes = declared[field];
  const inGb = { ...declared, [field]: bytes === undefined ? undefined : bytes / GB };
  return assumed(inGb, field, (gb) => `${rounded(gb)} GB ${what}`, otherwise);
}

function count(
  declared: Declared,
  field: "requests" | "databaseOperations",
  what: string,
  otherwise: Otherwise,
): Assumed {
  const perSecond = declared[field];
  const perMonth = {
    ...declared,
    [field]: perSecond === undefined ? undefined : perSecond * SECONDS_A_MONTH,
  };
  return assumed(
    perMonth,
    field,
    (value) => `${rounded(value / 1e6)} million ${what} (${rounded(value / SECONDS_A_MONTH)}/s)`,
    otherwise,
  );
}

function assumed(
  declared: Declared,
  field: Field,
  what: (value: number) => string,
  { value: otherwise, because }: Otherwise,
): Assumed {
  const value = declared[field];
  if (value !== undefined) return { value, says: `${what(value)}, as billing.usage.${field} says.` };
  const why = because === undefined ? "" : ` (${because})`;
  return { value: otherwise, says: `${what(otherwise)} assumed${why}; billing.usage.${field} sets it.` };
}

/** Three digits tell enough of an assumption. */
function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
