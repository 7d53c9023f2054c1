import type { Dated } from "#aws/facts.ts";
import { catalog, infracost, offerFile, recalled, type Source as PriceSource } from "./price.ts";

export interface Commitment extends Dated<number> {
  readonly years: 1 | 3;
  readonly payment: "no upfront" | "partial upfront" | "all upfront";
  readonly basis: PriceSource["basis"];
  /** The two figures that the share comes from, as its page prints them; null where it prints the share. */
  readonly prints: { readonly committed: number; readonly onDemand: number } | null;
}

type Source = Pick<Commitment, "page" | "asOf" | "basis">;

const told = (
  years: Commitment["years"],
  payment: Commitment["payment"],
  value: number,
  source: Source,
): Commitment => ({ years, payment, value, ...source, prints: null });

/** With part of it paid upfront, the month's charge that is printed is half of what a month costs in all. */
const printed = (
  years: Commitment["years"],
  payment: Commitment["payment"],
  source: Source,
  month: number,
  onDemand: number,
): Commitment => {
  const committed = payment === "partial upfront" ? 2 * month : month;
  return { years, payment, value: committed / onDemand, ...source, prints: { committed, onDemand } };
};

/** Per hour of one class or instance, what is paid upfront spread over the term. */
const hourly = (
  years: Commitment["years"],
  payment: Commitment["payment"],
  source: Source,
  committed: number,
  onDemand: number,
): Commitment => ({
  years,
  payment,
  value: committed / onDemand,
  ...source,
  prints: { committed, onDemand },
});

const database = infracost("db_instance", "2026-05-03");
const cache = infracost("elasticache_cluster", "2024-07-01");
const instance = infracost("instance", "2024-07-01");
const rdsPage = recalled("rds/reserved-instances/", "2025-06");
/** cache.m6g.large in AWS's price list of that day. */
const caches: Source = {
  page: "https://github.com/vantage-sh/ec2instances.info/blob/3e75a5dddbf4674d74ebeb06f46e4543c3a08b92/www/cache/instances.json",
  asOf: "2022-02-13",
  basis: "price-list",
};
/** Fargate's vCPUs on Linux/x86. */
const fargatePlan = offerFile(
  "savingsPlan/v1.0/aws/AWSComputeSavingsPlan/current/us-east-1/index.json",
  "2026-09-25",
);
/** The large class of each family, the medium one of burstable ones. */
const auroraClasses = catalog("aurora.gen");
/** t3.medium. */
const machinePlan = catalog("ec2.gen");

/** A year in each way to pay, then three years, of which the newest class has none yet. */
function auroraRates(onDemand: number, ...rates: readonly number[]): readonly Commitment[] {
  const terms = [
    [1, "no upfront"],
    [1, "partial upfront"],
    [1, "all upfront"],
    [3, "partial upfront"],
    [3, "all upfront"],
  ] as const;
  return terms.flatMap(([years, payment], index) => {
    const rate = rates[index];
    return rate === undefined ? [] : [hourly(years, payment, auroraClasses, rate, onDemand)];
  });
}

/**
 * Which share of the on-demand price of an hour is left, by what is committed to. Shares of one class stand for its product,
 * or for its family where families differ by more than a few per cent.
 */
export const RESERVED = {
  rds: [
    printed(1, "no upfront", database, 69.86, 99.28),
    printed(1, "partial upfront", database, 33.29, 99.28),
    told(1, "all upfront", 0.657, rdsPage),
    printed(3, "partial upfront", database, 25.4, 105.85),
    told(3, "all upfront", 0.47, rdsPage),
  ],
  "aurora-burstable": auroraRates(0.073, 0.0569, 0.0495717, 0.0481735, 0.0350038, 0.0313927),
  "aurora-r6g": auroraRates(0.26, 0.17, 0.144346, 0.141553, 0.0962355, 0.0904871),
  "aurora-r7g": auroraRates(0.276, 0.2128, 0.207253, 0.201712, 0.151989, 0.146499),
  "aurora-r8g": auroraRates(0.276, 0.185, 0.178998, 0.173973),
  elasticache: [
    printed(1, "no upfront", cache, 1772.44, 2596.61),
    printed(1, "partial upfront", cache, 843.88, 2596.61),
    hourly(3, "all upfront", caches, 0.066894977, 0.149),
  ],
  ec2: [
    printed(1, "no upfront", instance, 19.05, 30.37),
    printed(1, "partial upfront", instance, 9.05, 30.37),
    printed(3, "no upfront", instance, 13.14, 30.37),
    printed(3, "partial upfront", instance, 6.06, 30.37),
  ],
} as const satisfies Readonly<Record<string, readonly Commitment[]>>;

/** Compute Savings Plans: so many dollars an hour, whatever runs for them. */
export const SAVINGS_PLANS: Readonly<Record<"fargate" | "ec2", readonly Commitment[]>> = {
  fargate: [
    hourly(1, "no upfront", fargatePlan, 0.032384, 0.04048),
    hourly(3, "no upfront", fargatePlan, 0.022264, 0.04048),
    hourly(3, "all upfront", fargatePlan, 0.0194304, 0.04048),
  ],
  ec2: [
    hourly(1, "no upfront", machinePlan, 0.03, 0.0416),
    hourly(3, "no upfront", machinePlan, 0.0206, 0.0416),
    hourly(3, "all upfront", machinePlan, 0.0187, 0.0416),
  ],
};
