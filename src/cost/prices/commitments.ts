import type { Dated } from "#aws/facts.ts";
import { awsPage, infracost } from "./price.ts";

export interface Commitment extends Dated<number> {
  readonly years: 1 | 3;
  readonly payment: "no upfront" | "partial upfront" | "all upfront";
  /** The two figures that the share comes from, as its page prints them; null where it prints the share. */
  readonly prints: { readonly committed: number; readonly onDemand: number } | null;
}

type Source = Pick<Commitment, "page" | "asOf">;

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

const database = infracost("db_instance", "2026-05-03");
const cache = infracost("elasticache_cluster", "2024-07-01");
const instance = infracost("instance", "2024-07-01");
const aurora: Source = {
  page: "https://github.com/aws/agent-toolkit-for-aws/blob/d6ad2e44d5e3077b85b63f322e007c84f94f3a6c/skills/specialized-skills/database-skills/amazon-aurora-postgresql/references/commitment-pricing-mechanics.md",
  asOf: "2026-08-20",
};
const rdsPage = awsPage("rds/reserved-instances/", "2025-06");
const plansPage = awsPage("savingsplans/compute-pricing/", "2025-06");

/**
 * Which share of the on-demand price of an hour is left, by what is committed to. Shares of one class stand for its product:
 * others differ by a few per cent.
 */
export const RESERVED: Readonly<Record<"rds" | "aurora" | "elasticache" | "ec2", readonly Commitment[]>> = {
  rds: [
    printed(1, "no upfront", database, 69.86, 99.28),
    printed(1, "partial upfront", database, 33.29, 99.28),
    told(1, "all upfront", 0.657, rdsPage),
    printed(3, "partial upfront", database, 25.4, 105.85),
    told(3, "all upfront", 0.47, rdsPage),
  ],
  aurora: [
    told(1, "no upfront", 0.8, aurora),
    told(1, "partial upfront", 0.75, aurora),
    told(1, "all upfront", 0.7, aurora),
    told(3, "partial upfront", 0.55, aurora),
    told(3, "all upfront", 0.45, aurora),
  ],
  elasticache: [
    printed(1, "no upfront", cache, 1772.44, 2596.61),
    printed(1, "partial upfront", cache, 843.88, 2596.61),
    told(3, "all upfront", 0.45, awsPage("elasticache/reserved-cache-nodes/", "2025-06")),
  ],
  ec2: [
    printed(1, "no upfront", instance, 19.05, 30.37),
    printed(1, "partial upfront", instance, 9.05, 30.37),
    printed(3, "no upfront", instance, 13.14, 30.37),
    printed(3, "partial upfront", instance, 6.06, 30.37),
  ],
};

/** Compute Savings Plans: so many dollars an hour, whatever runs for them. */
export const SAVINGS_PLANS: Readonly<Record<"fargate" | "ec2", readonly Commitment[]>> = {
  fargate: [
    told(1, "no upfront", 0.8, plansPage),
    told(3, "no upfront", 0.55, plansPage),
    told(3, "all upfront", 0.48, plansPage),
  ],
  ec2: [
    told(1, "no upfront", 0.73, plansPage),
    told(3, "no upfront", 0.5, plansPage),
    told(3, "all upfront", 0.46, plansPage),
  ],
};
