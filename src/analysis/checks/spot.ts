import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { SPOT_NOTICE } from "#aws/quotas.ts";
import { type Check, fails, type Found, holds, referencesTo } from "../finding.ts";
import { type Replicated, replicated } from "../parts.ts";
import { count, time } from "../words.ts";

/** What may be taken away at two minutes' notice: never all replicas, and none before it has finished. */
export const spotCapacity: Check = (architecture) =>
  replicated(architecture).flatMap(([name, service]) =>
    mayBeSpot(architecture, service)
      ? [steady(architecture, name, service), notice(architecture, name, service)]
      : [],
  );

function mayBeSpot({ compute }: ResolvedArchitecture, { capacity }: Replicated): boolean {
  if (compute.kind === "ecs-fargate")
    return compute.capacity.some(
      ({ provider, weight, base }) => provider === "FARGATE_SPOT" && weight + base > 0,
    );
  if (compute.kind === "eks")
    return (
      capacity !== "on-demand" &&
      Object.values(compute.nodeGroups).some((group) => group.capacity === "spot" && group.max > 0)
    );
  return false;
}

/** Replicas that no interruption takes. */
function steady(
  { compute }: ResolvedArchitecture,
  name: string,
  { replicas, capacity }: Replicated,
): Finding {
  const isFargate = compute.kind === "ecs-fargate";
  const kept = isFargate
    ? compute.capacity.reduce(
        (sum, { provider, base, weight }) =>
          sum + (provider === "FARGATE" ? (base > 0 ? base : Math.sign(weight)) : 0),
        0,
      )
    : capacity === "spot" || !hasSteadyNodes(compute)
      ? 0
      : replicas.min;
  const found: Found = {
    check: "spot-base",
    part: isFargate ? "compute.capacity" : `services.${name}.capacity`,
    figure: Math.min(kept, replicas.min),
    limit: 1,
    unit: "count",
    says:
      kept > 0
        ? `${count(Math.min(kept, replicas.min), "replica")} of ${name} ${kept > 1 ? "are" : "is"} on capacity that is not taken away.`
        : `All replicas of ${name} may be on spot capacity, which AWS may take away all at once.`,
    references: referencesTo(SPOT_NOTICE),
  };
  if (kept > 0) return holds(found);
  return isFargate
    ? fails(found, "Put the first replicas on FARGATE, by a base.", {
        "compute.capacity": [
          { provider: "FARGATE", base: Math.max(1, replicas.min), weight: 1 },
          ...compute.capacity,
        ],
      })
    : fails(found, `Set services.${name}.capacity to "on-demand", and have on-demand nodes.`, {
        [`services.${name}.capacity`]: "on-demand",
      });
}

function hasSteadyNodes(compute: ResolvedArchitecture["compute"]): boolean {
  return (
    compute.kind === "eks" &&
    Object.values(compute.nodeGroups).some(({ capacity, min }) => capacity === "on-demand" && min > 0)
  );
}

function notice({ entry }: ResolvedArchitecture, name: string, service: Replicated): Finding {
  const drain = service.kind === "web" ? entry.loadBalancer.deregistrationDelay : 0;
  const figure = drain + service.stopTimeout;
  const found: Found = {
    check: "spot-notice",
    part: `services.${name}.stopTimeout`,
    figure,
    limit: SPOT_NOTICE.value,
    unit: "milliseconds",
    says: `Spot capacity is taken away ${time(SPOT_NOTICE.value)} after its notice. A replica of ${name} drains for ${time(drain)} and stops within ${time(service.stopTimeout)}.`,
    references: referencesTo(SPOT_NOTICE),
  };
  return figure <= SPOT_NOTICE.value
    ? holds(found)
    : fails(found, "Shorten entry.loadBalancer.deregistrationDelay or stopTimeout.", {
        "entry.loadBalancer.deregistrationDelay": 30_000,
      });
}
