import { priceOf } from "../prices/price-list.ts";
import { SPOT_ADVISOR } from "../prices/spot.ts";
import type { PricedSaving } from "../types.ts";
import { computeComponent, difference, pricedSaving, promisesAvailability, type Savings } from "./context.ts";

const INTERRUPTED =
  "AWS takes spot capacity back with two minutes' notice, and there may be none when it is wanted again.";

/** Spare capacity of AWS's for less, for all of the compute and for what is left when a part stays on demand. */
export function spot(savings: Savings): PricedSaving[] {
  return savings.architecture.compute.kind === "ecs-fargate" ? fargateSpot(savings) : instanceSpot(savings);
}

const ALL_SPOT = [{ provider: "FARGATE_SPOT", base: 0, weight: 1 }] as const;
const ALL_ON_DEMAND = [{ provider: "FARGATE", base: 0, weight: 1 }] as const;
const ONE_ON_DEMAND = [{ provider: "FARGATE", base: 1, weight: 0 }, ...ALL_SPOT] as const;

function fargateSpot(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const { compute } = architecture;
  if (compute.kind !== "ecs-fargate") return [];
  const now = savings.costOf("fargate");
  const costWith = (capacity: typeof compute.capacity) =>
    now + difference(savings, { ...architecture, compute: { ...compute, capacity } });
  const mayBeSpot = replicated(savings).every(({ capacity }) => capacity !== "on-demand");
  const onSpot = savings.itemsOf("fargate", /^fargate-spot\./).length > 0;
  if (onSpot) {
    const says = "What the tasks that run on Fargate Spot would cost on demand, and what they cost.";
    const before = costWith(ALL_ON_DEMAND);
    return [pricedSaving(savings, "spot", { component: "fargate", before, after: now, says, applies: true })];
  }
  const { page, asOf } = priceOf(
    architecture.region,
    `fargate-spot.${compute.platform.architecture}.vcpu`,
    "compute",
  );
  const option = (name: string, capacity: typeof compute.capacity, applies: boolean) =>
    pricedSaving(savings, "spot", {
      component: "fargate",
      option: name,
      before: now,
      after: costWith(capacity),
      says: `Fargate Spot for ${name}. ${INTERRUPTED}`,
      applies,
      references: [{ page, asOf }],
    });
  return [
    option("all tasks", ALL_SPOT, mayBeSpot && !promisesAvailability(architecture)),
    option("all but one task of each service", ONE_ON_DEMAND, mayBeSpot),
  ];
}

/** Nodes and instances that are on demand now, at the spot price. */
function instanceSpot(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const component = computeComponent(architecture);
  const before = savings.costOf(component);
  const items = savings.itemsOf(component, /^ec2\..*\.hour$/);
  const spared = items.reduce((sum, { quantity, hours, unitPrice, price, part }) => {
    const spotPrice = priceOf(price.region, price.sku.replace(/\.hour$/, ".spot-hour"), part).value;
    return sum + quantity * (hours ?? 1) * (unitPrice - spotPrice);
  }, 0);
  if (items.length === 0) return [];
  const onDemand = items.reduce((sum, { perMonth }) => sum + perMonth, 0);
  const onDemandOnly = replicated(savings).some(({ capacity }) => capacity === "on-demand");
  return [
    pricedSaving(savings, "spot", {
      component,
      before,
      after: before - spared,
      says: `All ${architecture.compute.kind === "eks" ? "nodes" : "instances"} on spot, ${Math.round((100 * spared) / onDemand)} % below the on-demand price by what AWS's Spot Instance Advisor printed for ${items.length === 1 ? "the type" : "each type"} on ${SPOT_ADVISOR.asOf}. ${INTERRUPTED}`,
      applies: !onDemandOnly && !promisesAvailability(architecture),
      references: items.slice(0, 1).map(({ price, part }) => {
        const { page, asOf } = priceOf(price.region, price.sku.replace(/\.hour$/, ".spot-hour"), part);
        return { page, asOf };
      }),
    }),
  ];
}

function replicated({ architecture }: Savings) {
  return Object.values(architecture.services).flatMap((service) => (service.kind === "job" ? [] : [service]));
}
