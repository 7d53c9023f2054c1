import { type Commitment, RESERVED, SAVINGS_PLANS } from "../prices/commitments.ts";
import type { ComponentId } from "../components.ts";
import type { PricedSaving } from "../types.ts";
import { awsName, pricedSaving, type Savings } from "./context.ts";

interface Reservable {
  readonly component: ComponentId;
  /** The items that a commitment covers. */
  readonly sku: RegExp;
  readonly commitments: readonly Commitment[];
}

const PAID: Readonly<Record<Commitment["payment"], string>> = {
  "no upfront": "with nothing paid in advance",
  "partial upfront": "with half of it paid in advance",
  "all upfront": "with all of it paid in advance",
};

const EC2 = /^ec2\..*\.hour$/;

const RESERVABLE: readonly Reservable[] = [
  { component: "rds-mysql", sku: /^rds\.mysql\.db\./, commitments: RESERVED.rds },
  { component: "rds-postgresql", sku: /^rds\.postgresql\.db\./, commitments: RESERVED.rds },
  {
    component: "aurora",
    sku: /^aurora\.postgresql\.db\.t/,
    commitments: RESERVED["aurora-burstable"],
  },
  { component: "aurora", sku: /^aurora\.postgresql\.db\.r6g\./, commitments: RESERVED["aurora-r6g"] },
  { component: "aurora", sku: /^aurora\.postgresql\.db\.r7g\./, commitments: RESERVED["aurora-r7g"] },
  { component: "aurora", sku: /^aurora\.postgresql\.db\.r8g\./, commitments: RESERVED["aurora-r8g"] },
  { component: "elasticache", sku: /^elasticache\.redis\./, commitments: RESERVED.elasticache },
  { component: "nodes", sku: EC2, commitments: RESERVED.ec2 },
  { component: "instances", sku: EC2, commitments: RESERVED.ec2 },
];

const PLANNABLE: readonly Reservable[] = [
  { component: "fargate", sku: /^fargate\./, commitments: SAVINGS_PLANS.fargate },
  { component: "nodes", sku: EC2, commitments: SAVINGS_PLANS.ec2 },
  { component: "instances", sku: EC2, commitments: SAVINGS_PLANS.ec2 },
];

export function reservedInstances(savings: Savings): PricedSaving[] {
  return RESERVABLE.flatMap((each) => commit(savings, "reserved-instances", each));
}

export function savingsPlans(savings: Savings): PricedSaving[] {
  return PLANNABLE.flatMap((each) => commit(savings, "savings-plans", each));
}

/** Each term and way to pay, against the whole component: storage, backups and support are never covered. */
function commit(
  savings: Savings,
  saving: "reserved-instances" | "savings-plans",
  { component, sku, commitments }: Reservable,
): PricedSaving[] {
  const covered = savings.itemsOf(component, sku).reduce((sum, { perMonth }) => sum + perMonth, 0);
  if (covered === 0) return [];
  const before = savings.costOf(component);
  const wanted = { "1-year": 1, "3-year": 3 }[savings.architecture.billing.commitment];
  return commitments.map(({ years, payment, value, page, asOf, basis }) => {
    const off = Math.round((1 - value) * 1000) / 10;
    const doubt =
      basis === "recalled" ? ` The share is recalled from AWS's page of ${asOf} and was not read again.` : "";
    return pricedSaving(savings, saving, {
      component,
      option: `${years} ${years === 1 ? "year" : "years"}, ${payment}`,
      before,
      after: before - covered * (1 - value),
      says: `${off} % less for the hours of ${awsName(component)}, $${covered.toFixed(2)} a month on demand, for ${years === 1 ? "a year" : "three years"} that ${years === 1 ? "is" : "are"} committed to, ${PAID[payment]}. What else the component has is not covered.${years === wanted ? " It is the term that billing.commitment names." : ""}${doubt}`,
      applies: true,
      references: [{ page, asOf }],
    });
  });
}
