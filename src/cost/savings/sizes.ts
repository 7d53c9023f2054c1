import type { ResolvedArchitecture } from "#model/architecture.ts";
import { instanceType } from "#aws/instance-types/instance-types.ts";
import { NODE_RESERVED } from "#aws/kubernetes.ts";
import type { PricedSaving } from "../types.ts";
import { computeComponent, difference, pricedSaving, type Savings } from "./context.ts";
import { withNodes } from "./scaling.ts";

type Eks = Extract<ResolvedArchitecture["compute"], { readonly kind: "eks" }>;

/** What the cluster's own pods and agents take of each node, beside what the kubelet keeps. */
const AGENTS_SHARE = 0.15;

/** As many nodes as the desired pods ask for. What instances and tasks really use is for their metrics to say. */
export function rightSizing(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const component = computeComponent(architecture);
  const before = savings.costOf(component);
  if (architecture.compute.kind !== "eks") {
    const says = "Sizes are as declared; how much of them is used is not known before it runs.";
    return [
      pricedSaving(savings, "right-sizing", { component, before, after: before, says, applies: false }),
    ];
  }
  const { compute, zoneNames } = architecture;
  const needed = nodesNeeded(architecture, compute);
  const largest = Object.entries(compute.nodeGroups).toSorted(
    ([, a], [, b]) => b.desired - a.desired,
  )[0]?.[0];
  const desired = Object.values(compute.nodeGroups).reduce((sum, group) => sum + group.desired, 0);
  // A node in each zone, whatever is asked for: replicas are spread over them.
  const least = Math.max(needed, zoneNames.length);
  const changed = withNodes(architecture, (group, name) =>
    name === largest
      ? Math.max(group.min, Math.min(group.desired, least - (desired - group.desired)))
      : group.desired,
  );
  const after = before + difference(savings, changed);
  return [
    pricedSaving(savings, "right-sizing", {
      component,
      before,
      after,
      says: `The desired pods ask for ${needed} ${needed === 1 ? "node" : "nodes"}; ${desired} run, and one in each of ${zoneNames.length} zones is wanted.`,
      applies: after < before,
    }),
  ];
}

function nodesNeeded({ services, stores }: ResolvedArchitecture, { nodeGroups }: Eks): number {
  const type = Object.values(nodeGroups).toSorted((a, b) => b.desired - a.desired)[0]?.instanceTypes[0];
  const machine = type === undefined ? null : instanceType(type);
  if (!machine) return 0;
  const pods = [
    ...Object.values(services).map((service) => ({
      size: service.size,
      count: service.kind === "job" ? 0 : service.replicas.desired,
    })),
    ...Object.values(stores).map((store) => ({
      size: store.kind === "redis" && store.hosting === "pods" ? store.size : undefined,
      count: 1,
    })),
  ];
  const asked = (of: "cpu" | "memory") =>
    pods.reduce((sum, { size, count }) => sum + count * (size?.[of] ?? 0), 0);
  const free = 1 - AGENTS_SHARE;
  const cpu = machine.vcpus * free;
  const memory = (machine.memory - NODE_RESERVED.value.memory - NODE_RESERVED.value.evictionThreshold) * free;
  return Math.max(1, Math.ceil(asked("cpu") / cpu), Math.ceil(asked("memory") / memory));
}
