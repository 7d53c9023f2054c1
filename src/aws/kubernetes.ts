import type { Dated } from "./facts.ts";

/** Above which difference the autoscaler of pods does anything, as a share of the target. */
export const HPA_TOLERANCE: Dated<number> = {
  value: 0.1,
  page: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
  asOf: "2025-05",
};

/** What EKS's nodes keep for the kubelet and the system. */
export const NODE_RESERVED: Dated<{
  /** Of the first, the second, the next two and all further vCPUs. */
  readonly cpuShares: readonly [number, number, number, number];
  readonly memory: number;
  readonly memoryPerPod: number;
  readonly evictionThreshold: number;
}> = {
  value: {
    cpuShares: [0.06, 0.01, 0.005, 0.0025],
    memory: 255 * 2 ** 20,
    memoryPerPod: 11 * 2 ** 20,
    evictionThreshold: 100 * 2 ** 20,
  },
  page: "https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html",
  asOf: "2025-05",
};

/** Pods that a node has addresses for with the VPC CNI: interfaces × (addresses - 1) + 2. */
export const POD_ADDRESSES: Dated<string> = {
  value: "interfaces × (addresses - 1) + 2",
  page: "https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html#determine-max-pods",
  asOf: "2025-05",
  says: "The first address of an interface is the node's; two pods are on the host's network. Without prefix delegation.",
};

/** A node keeps one interface more than its pods need, with all its addresses. */
export const WARM_INTERFACES: Dated<number> = {
  value: 1,
  page: "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md",
  asOf: "2025-05",
  says: "WARM_ENI_TARGET is 1 by default.",
};
