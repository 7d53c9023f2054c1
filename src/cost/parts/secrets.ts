import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { HOURS_A_MONTH } from "../month.ts";

/** Requests to KMS in a month, in tens of thousands: bucket keys and data keys keep them few. */
const KEY_REQUESTS = 10;

type Place = { readonly purpose: string; readonly region: string | undefined };

/** Secrets, the credentials that AWS keeps for databases among them, and keys. */
export function secretLines({ architecture }: Costs): Line[] {
  const { secretsIn } = architecture.security;
  const declared = secretsIn === "kubernetes" ? 0 : Object.keys(architecture.secrets).length;
  const managed = Object.values(architecture.stores).filter(hasManagedCredentials).length;
  const secrets = declared + managed;
  const counted = [
    { name: "secrets", part: "secrets", count: declared },
    { name: "credentials that AWS manages for databases", part: "stores", count: managed },
  ];
  return [
    ...counted
      .filter(({ count }) => count > 0)
      .map(({ name, part, count }): Line => ({
        component: "secrets",
        name,
        part,
        sku: "secrets.secret",
        quantity: count,
      })),
    ...(secrets > 0
      ? [
          {
            component: "secrets",
            name: "requests",
            part: "secrets",
            sku: "secrets.requests",
            quantity: (secrets * HOURS_A_MONTH) / 10_000,
            assumption: "Each secret is read once an hour.",
          } as const,
        ]
      : []),
  ];
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html */
function hasManagedCredentials(store: ResolvedStore): boolean {
  return store.kind !== "bucket" && store.kind !== "redis" && store.hosting === "managed";
}

/** Keys of one's own; those that AWS manages are free. https://aws.amazon.com/kms/pricing/ */
export function keyLines({ architecture }: Costs): Line[] {
  const { keys } = architecture.security;
  if (keys === "aws-managed") return [];
  const places = keyPlaces(architecture).map((place) =>
    keys === "single" ? { ...place, purpose: "everything" } : place,
  );
  const regions = Map.groupBy(places, ({ region }) => region);
  return [
    ...[...regions].map(([region, all]): Line => {
      const purposes = [...new Set(all.map(({ purpose }) => purpose))];
      return {
        component: "keys",
        name: `${region === undefined ? "keys" : `keys in ${region}`}: ${purposes.join(", ")}`,
        part: "security.keys",
        sku: "kms.key",
        ...(region === undefined ? {} : { region }),
        quantity: purposes.length,
        assumption: "A key costs a dollar more after its first yearly rotation, and again after the second.",
      };
    }),
    {
      component: "keys",
      name: "requests",
      part: "security.keys",
      sku: "kms.requests",
      quantity: KEY_REQUESTS,
      assumption: `${KEY_REQUESTS}0,000 requests a month are assumed.`,
    },
  ];
}

/** What is encrypted with a key of one's own, and where; undefined is the architecture's own region. */
function keyPlaces(architecture: ResolvedArchitecture): Place[] {
  const { compute, security, registry, secrets } = architecture;
  const stores = Object.values(architecture.stores);
  const elsewhere = (region: string | undefined) => (region === architecture.region ? undefined : region);
  const databases = stores.filter(
    (store) =>
      store.kind !== "bucket" &&
      store.hosting === "managed" &&
      (store.encryption.atRest === "kms" || ("insights" in store && store.insights)),
  );
  const buckets = stores.filter((store) => store.kind === "bucket" && store.encryption.atRest === "kms");
  const copies = stores.flatMap((store) =>
    "backup" in store && store.hosting === "managed" ? (store.backup.copyTo?.region ?? []) : [],
  );
  return [
    ...here("logs", true),
    ...here("databases", databases.length > 0),
    ...here(
      "secrets",
      stores.some(hasManagedCredentials) ||
        (security.secretsIn === "secrets-manager" && Object.keys(secrets).length > 0),
    ),
    ...here("cluster", compute.kind === "eks" || registry.encryption === "kms"),
    ...here("buckets", security.detection.includes("config")),
    ...buckets.flatMap((bucket) =>
      bucket.kind === "bucket"
        ? [bucket.region, ...(bucket.copyTo ? [bucket.copyTo.region] : [])].map((region) => ({
            purpose: "buckets",
            region: elsewhere(region),
          }))
        : [],
    ),
    ...here("backups", copies.length > 0),
    ...copies.map((region) => ({ purpose: "backups", region: elsewhere(region) })),
  ];
}

function here(purpose: string, isUsed: boolean): Place[] {
  return isUsed ? [{ purpose, region: undefined }] : [];
}
