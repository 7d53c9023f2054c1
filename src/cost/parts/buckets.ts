import type { ResolvedStore } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { DAY_MS, DAYS_A_MONTH } from "../month.ts";

export type Bucket = Extract<ResolvedStore, { readonly kind: "bucket" }>;
type StorageClass = "standard" | Bucket["lifecycle"][number]["to"];

/** For how long objects are kept where nothing deletes them, in days, to tell how old they are. */
const KEPT_DAYS = 365;
/** Requests to a bucket in a month, in thousands. */
const REQUESTS = { put: 10, get: 100 } as const;

/** Buckets by what is in them and how old it is, their copies in other regions, and requests. https://aws.amazon.com/s3/pricing/ */
export function bucketLines({ architecture, usage }: Costs): Line[] {
  const all = Object.entries(architecture.stores).flatMap(([name, store]) =>
    store.kind === "bucket" ? [[name, store] as const] : [],
  );
  const isCopy = (bucket: Bucket) => bucket.region !== undefined && bucket.region !== architecture.region;
  const own = all.filter(([, bucket]) => !isCopy(bucket));
  const gb = usage.bucketStorage.value / Math.max(1, own.length);
  return own.flatMap(([name, bucket]) => [
    ...storageLines(name, bucket, gb, usage.bucketStorage.says),
    ...requestLines(name),
    ...copyLines(name, bucket, gb),
  ]);
}

function storageLines(name: string, bucket: Bucket, gb: number, says: string): Line[] {
  return [...sharesByClass(bucket)].map(([storageClass, share]) => ({
    component: "buckets",
    name: `${name}: ${storageClass} storage`,
    part: `stores.${name}`,
    sku: `s3.${storageClass}`,
    quantity: gb * share,
    assumption: `${says} Each bucket of the region has as much, of evenly spread ages up to ${Math.round(lifeOf(bucket))} days.`,
  }));
}

function lifeOf({ expireAfter }: Pick<Bucket, "expireAfter">): number {
  return expireAfter === undefined ? KEPT_DAYS : expireAfter / DAY_MS;
}

/** Which share of a bucket's data is in which class, if data comes in evenly. */
export function sharesByClass(bucket: Pick<Bucket, "lifecycle" | "expireAfter">): Map<StorageClass, number> {
  const life = lifeOf(bucket);
  const moves = bucket.lifecycle
    .map(({ after, to }) => ({ age: after / DAY_MS, to }))
    .filter(({ age }) => age < life)
    .toSorted((a, b) => a.age - b.age);
  const shares = new Map<StorageClass, number>();
  let [storageClass, from]: [StorageClass, number] = ["standard", 0];
  for (const { age, to } of [...moves, { age: life, to: null }]) {
    if (age > from) shares.set(storageClass, (shares.get(storageClass) ?? 0) + (age - from) / life);
    from = age;
    if (to !== null) storageClass = to;
  }
  return shares;
}

function requestLines(name: string): Line[] {
  const assumption = `${REQUESTS.put},000 writes and ${REQUESTS.get},000 reads a month are assumed.`;
  return (["put", "get"] as const).map((kind) => ({
    component: "buckets",
    name: `${name}: ${kind === "put" ? "writes" : "reads"}`,
    part: `stores.${name}`,
    sku: `s3.${kind}`,
    quantity: REQUESTS[kind],
    assumption,
  }));
}

/** Copies are kept in the class for infrequent access; what is new each month is carried there. */
function copyLines(name: string, { copyTo, expireAfter }: Bucket, gb: number): Line[] {
  if (!copyTo) return [];
  const part = `stores.${name}.copyTo`;
  const monthly = (gb * DAYS_A_MONTH) / lifeOf({ expireAfter });
  return [
    {
      component: "buckets",
      name: `${name}: copy in ${copyTo.region}`,
      part,
      sku: "s3.standard-ia",
      region: copyTo.region,
      quantity: gb,
    },
    {
      component: "transfer",
      name: `${name}: to ${copyTo.region}`,
      part,
      sku: "transfer.region",
      quantity: monthly,
      assumption: "What is new in the bucket each month is copied once.",
    },
    {
      component: "buckets",
      name: `${name}: writes of the copy`,
      part,
      sku: "s3.put",
      region: copyTo.region,
      quantity: REQUESTS.put,
      assumption: `${REQUESTS.put},000 writes a month are assumed.`,
    },
  ];
}
