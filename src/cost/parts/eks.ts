import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { GIB, HOURS_A_MONTH } from "../month.ts";
import { kubernetesSupport } from "../support.ts";
import { machineLines } from "./machines.ts";

export type Eks = Extract<ResolvedArchitecture["compute"], { readonly kind: "eks" }>;

/** The control plane, the nodes with their disks, and the volumes of what keeps data in pods. https://aws.amazon.com/eks/pricing/ */
export function eksLines(costs: Costs, compute: Eks): Line[] {
  const support = kubernetesSupport(compute.version, costs.on);
  return [
    {
      component: "eks",
      name: `control plane, Kubernetes ${compute.version}`,
      part: "compute.version",
      sku: support ? "eks.cluster-in-extended-support" : "eks.cluster",
      quantity: 1,
      hours: HOURS_A_MONTH,
      ...(support ? { assumption: support.says } : {}),
    },
    ...Object.entries(compute.nodeGroups).flatMap(([name, group]) => nodeLines(costs, compute, name, group)),
    ...podVolumeLines(costs),
  ];
}

function nodeLines(costs: Costs, compute: Eks, name: string, group: Eks["nodeGroups"][string]): Line[] {
  const [type = "", ...others] = group.instanceTypes;
  const part = `compute.nodeGroups.${name}`;
  const choice = others.length > 0 ? `All nodes are taken to be of the first type, ${type}. ` : "";
  const assumption = `${choice}${group.desired} ${group.desired === 1 ? "node runs" : "nodes run"} on average${compute.clusterAutoscaler ? `; the autoscaler moves between ${group.min} and ${group.max}` : ""}.`;
  if (group.desired === 0) return [];
  return [
    ...machineLines(costs, {
      component: "nodes",
      name,
      part,
      type,
      isSpot: group.capacity === "spot",
      count: group.desired,
      assumption,
    }),
    {
      component: "nodes",
      name: `${name}: disks`,
      part: `${part}.disk`,
      sku: "ebs.gp3",
      quantity: (group.desired * group.disk) / GIB,
    },
  ];
}

function podVolumeLines({ architecture }: Costs): Line[] {
  return Object.entries(architecture.stores).flatMap(([name, store]): Line[] => {
    if (store.kind === "bucket" || store.hosting !== "pods") return [];
    const declared =
      store.kind === "redis" ? store.volume : "storage" in store ? store.storage?.size : undefined;
    if (declared === undefined) return [];
    return [
      {
        component: "volumes",
        name: `${name}: volume`,
        part: `stores.${name}`,
        sku: "ebs.gp3",
        quantity: declared / GIB,
      },
    ];
  });
}
