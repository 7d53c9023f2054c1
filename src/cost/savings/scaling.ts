import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import type { PricedSaving } from "../types.ts";
import { computeComponent, difference, pricedSaving, type Savings } from "./context.ts";

type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;
type Policy = Replicated["scaling"][number];

const EVENING = "0 20 ? * MON-FRI *";
const MORNING = "0 7 ? * MON-FRI *";

/** What the peak's capacity would cost if nothing scaled: scaling is in the architecture, so it is taken already. */
export function autoScaling(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const component = computeComponent(architecture);
  const after = savings.costOf(component);
  const atPeak = withReplicas(
    withNodes(architecture, ({ max }) => max),
    (service) => ({
      ...service,
      scaling: service.scaling.filter(({ kind }) => kind !== "scheduled"),
      replicas: { ...service.replicas, desired: service.replicas.max },
    }),
  );
  return [
    pricedSaving(savings, "auto-scaling", {
      component,
      before: after + difference(savings, atPeak),
      after,
      says: "The desired number on average, in place of the most that scaling may start at all hours.",
      applies:
        architecture.compute.kind === "eks" ? architecture.compute.clusterAutoscaler : scales(architecture),
    }),
  ];
}

function scales({ services }: ResolvedArchitecture): boolean {
  return Object.values(services).some((service) => service.kind !== "job" && service.scaling.length > 0);
}

/** Half of the replicas at night and on weekends; where the architecture has a schedule, what that spares. */
export function scheduledScaling(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const component = computeComponent(architecture);
  const now = savings.costOf(component);
  const isTaken = Object.values(architecture.services).some(
    (service) => service.kind !== "job" && service.scaling.some(({ kind }) => kind === "scheduled"),
  );
  if (isTaken) {
    const without = withReplicas(architecture, (service) => ({
      ...service,
      scaling: service.scaling.filter(({ kind }) => kind !== "scheduled"),
    }));
    const before = now + difference(savings, without);
    const says = "The schedule of the architecture, in place of the desired number at all hours.";
    return [
      pricedSaving(savings, "scheduled-scaling", { component, before, after: now, says, applies: true }),
    ];
  }
  const changed = withReplicas(architecture, (service) => ({
    ...service,
    scaling: [...service.scaling, ...nights(service)],
  }));
  const fits = Object.values(architecture.services).every(
    (service) => service.kind === "job" || half(service) >= service.replicas.min,
  );
  const pods =
    architecture.compute.kind === "eks"
      ? " Pods cost nothing by themselves: the nodes would have to go with them."
      : "";
  return [
    pricedSaving(savings, "scheduled-scaling", {
      component,
      before: now,
      after: now + difference(savings, changed),
      says: `Half of the replicas from 20:00 to 07:00 on weekdays and over the weekend.${fits ? "" : " That is below the minimum that is declared."}${pods}`,
      applies: fits && architecture.compute.kind !== "eks",
    }),
  ];
}

function half({ replicas }: Replicated): number {
  return Math.ceil(replicas.desired / 2);
}

function nights(service: Replicated): Policy[] {
  const policy = { kind: "scheduled", at: undefined, rate: undefined, timeZone: "UTC" } as const;
  const { min, max } = service.replicas;
  return [
    { ...policy, name: "evening", cron: EVENING, min: half(service), max: half(service) },
    { ...policy, name: "morning", cron: MORNING, min, max },
  ];
}

export function withReplicas(
  architecture: ResolvedArchitecture,
  change: (service: Replicated) => Replicated,
): ResolvedArchitecture {
  const services = Object.fromEntries(
    Object.entries(architecture.services).map(([name, service]) => [
      name,
      service.kind === "job" ? service : change(service),
    ]),
  );
  return { ...architecture, services };
}

type Eks = Extract<ResolvedArchitecture["compute"], { readonly kind: "eks" }>;

/** The same architecture with other numbers of nodes, never more than it may have together. */
export function withNodes(
  architecture: ResolvedArchitecture,
  desiredOf: (group: Eks["nodeGroups"][string], name: string) => number,
): ResolvedArchitecture {
  const { compute } = architecture;
  if (compute.kind !== "eks") return architecture;
  let left = compute.maxNodes ?? Number.POSITIVE_INFINITY;
  const nodeGroups = Object.fromEntries(
    Object.entries(compute.nodeGroups).map(([name, group]) => {
      const desired = Math.min(left, desiredOf(group, name));
      left -= desired;
      return [name, { ...group, desired }];
    }),
  );
  return { ...architecture, compute: { ...compute, nodeGroups } };
}
