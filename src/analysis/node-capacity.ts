import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type InstanceType, instanceType } from "#aws/instance-types/instance-types.ts";
import { NODE_RESERVED } from "#aws/kubernetes.ts";
import { caches, databases, replicated } from "./parts.ts";

/** Pods for which a node has addresses, with the VPC CNI and without prefix delegation. */
export function podsOn({ interfaces, addresses }: InstanceType): number {
  return interfaces * (addresses - 1) + 2;
}

/** What pods can be given of a node: EKS keeps the rest for the kubelet and the system. */
export function allocatable(type: InstanceType): { readonly cpu: number; readonly memory: number } {
  const { cpuShares, memory, memoryPerPod, evictionThreshold } = NODE_RESERVED.value;
  const [first, second, third, further] = cpuShares;
  const reserved =
    first * Math.min(1, type.vcpus) +
    second * Math.min(1, Math.max(0, type.vcpus - 1)) +
    third * Math.min(2, Math.max(0, type.vcpus - 2)) +
    further * Math.max(0, type.vcpus - 4);
  return {
    cpu: type.vcpus - reserved,
    memory: type.memory - memory - memoryPerPod * podsOn(type) - evictionThreshold,
  };
}

/** Pods that run on every node. */
export function podsOfEachNode({ compute, observability }: ResolvedArchitecture): string[] {
  if (compute.kind !== "eks") return [];
  return [
    ...(["vpc-cni", "kube-proxy", "aws-ebs-csi-driver", "eks-pod-identity-agent"] as const).filter((addOn) =>
      compute.addOns.includes(addOn),
    ),
    ...(observability.logs.collector === "fluentd" ? ["fluentd"] : []),
    ...observability.metrics.exporters.filter(
      (exporter) => exporter === "node-exporter" || exporter === "cadvisor",
    ),
  ];
}

/** Pods of the cluster's own services and of monitoring, of which there are so many however many nodes there are. */
export function podsOfCluster({ compute, observability, delivery }: ResolvedArchitecture): number {
  if (compute.kind !== "eks") return 0;
  const { addOns, clusterAutoscaler, mesh } = compute;
  const { metrics, dashboards, tracing, alertmanager, logs } = observability;
  return (
    (addOns.includes("coredns") ? 2 : 0) +
    (addOns.includes("metrics-server") ? 2 : 0) +
    (addOns.includes("aws-ebs-csi-driver") ? 2 : 0) +
    (clusterAutoscaler ? 1 : 0) +
    (mesh ? 2 : 0) +
    // The load balancer controller.
    2 +
    (metrics.backend === "prometheus" ? 1 : 0) +
    (dashboards?.backend === "grafana" ? 1 : 0) +
    (tracing?.backend === "jaeger" ? 1 : 0) +
    (alertmanager ? 1 : 0) +
    (logs.backend === "elasticsearch" ? 5 : 0) +
    (delivery.gitops === "argo-cd" ? 5 : 0)
  );
}

export interface Wanted {
  readonly pods: number;
  readonly cpu: number;
  readonly memory: number;
}

/** What services and stores in pods ask for. @param replicasOf how many there are of each service. */
export function wantedBy(
  architecture: ResolvedArchitecture,
  replicasOf: (replicas: { readonly min: number; readonly desired: number; readonly max: number }) => number,
): Wanted {
  const services = replicated(architecture).map(([, { replicas, size }]) => ({
    pods: replicasOf(replicas),
    size,
  }));
  const stores = [...databases(architecture), ...caches(architecture)].flatMap(([, store]) =>
    store.hosting === "pods" && "size" in store && store.size ? [{ pods: 1, size: store.size }] : [],
  );
  return [...services, ...stores].reduce(
    (sum, { pods, size }) => ({
      pods: sum.pods + pods,
      cpu: sum.cpu + pods * size.cpu,
      memory: sum.memory + pods * size.memory,
    }),
    { pods: 0, cpu: 0, memory: 0 },
  );
}

/** The smallest of some types: a group may be made of it alone. Null where one of them is not known here. */
export function smallestOf(
  names: readonly string[],
  size: (type: InstanceType) => number,
): InstanceType | null {
  const types = names.map(instanceType);
  if (types.includes(null)) return null;
  return types.reduce(
    (least, type) => (least && type && size(type) < size(least) ? type : least),
    types[0] ?? null,
  );
}
