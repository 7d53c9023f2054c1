import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { instanceType } from "#aws/instance-types/instance-types.ts";
import { type Check, type Found, judged } from "../finding.ts";
import { type Eks, caches, databases } from "../parts.ts";
import { gib, list } from "../words.ts";

/** What a cluster needs to run pods at all, to scale its nodes rightly, and to keep pods apart. */
export const clusterSettings: Check = (architecture) => {
  const { compute } = architecture;
  if (compute.kind !== "eks") return [];
  return [
    addOns(architecture, compute),
    ...mixedSizes(compute),
    isolation(compute),
    networkPolicies(architecture, compute),
  ];
};

/** Without these pods get no address, no name and no service; without the driver no volume. */
function addOns(architecture: ResolvedArchitecture, { addOns: declared }: Eks): Finding {
  const hasVolumes = [...databases(architecture), ...caches(architecture)].some(
    ([, store]) => store.hosting === "pods" && (store.kind !== "redis" || store.volume !== undefined),
  );
  const needed: Eks["addOns"] = [
    "vpc-cni",
    "coredns",
    "kube-proxy",
    ...(hasVolumes ? ["aws-ebs-csi-driver" as const] : []),
  ];
  const missing = needed.filter((addOn) => !declared.includes(addOn));
  const found: Found = {
    check: "add-ons",
    part: "compute.addOns",
    figure: missing.length,
    limit: 0,
    unit: "count",
    says:
      missing.length === 0
        ? `The cluster has ${list(needed)}.`
        : `The cluster has no ${list(missing)}: ${missing.includes("aws-ebs-csi-driver") ? "pods that have a volume never start" : "pods get no address, or find no other"}.`,
    references: [
      { page: "https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html", asOf: "2025-05" },
    ],
  };
  return judged(missing.length === 0, found, `Add ${list(missing)} to compute.addOns.`, {
    "compute.addOns": [...declared, ...missing],
  });
}

/** The Cluster Autoscaler reckons with one size for all nodes of a group: what the others have is wrong. */
function mixedSizes({ nodeGroups, clusterAutoscaler }: Eks): Finding[] {
  if (!clusterAutoscaler) return [];
  return Object.entries(nodeGroups).flatMap(([name, { instanceTypes }]) => {
    const types = instanceTypes.flatMap((each) => instanceType(each) ?? []);
    if (types.length < 2 || types.length < instanceTypes.length) return [];
    const sizes = [...new Set(types.map(({ vcpus, memory }) => `${vcpus} vCPU and ${gib(memory)}`))];
    const part = `compute.nodeGroups.${name}.instanceTypes`;
    const found: Found = {
      check: "mixed-sizes",
      part,
      figure: sizes.length,
      limit: 1,
      unit: "count",
      says:
        sizes.length === 1
          ? `All types of the group ${name} have ${sizes[0]}.`
          : `The group ${name} has types of ${list(sizes)}. The Cluster Autoscaler takes all nodes of a group for the same: it adds one for pods that may not fit on it, or one too many.`,
      references: [
        {
          page: "https://docs.aws.amazon.com/eks/latest/best-practices/cas.html",
          asOf: "2025-05",
        },
      ],
    };
    return [
      judged(sizes.length === 1, found, "Make a group for each size.", { [part]: instanceTypes.slice(0, 1) }),
    ];
  });
}

function isolation({ podSecurity }: Eks): Finding {
  const found: Found = {
    check: "pod-security",
    part: "compute.podSecurity",
    says:
      podSecurity === "privileged"
        ? "Namespaces enforce no standard: a pod may be root on its node, and read what every other pod there has."
        : `Namespaces enforce the standard ${podSecurity}.`,
    references: [
      { page: "https://kubernetes.io/docs/concepts/security/pod-security-standards/", asOf: "2025-05" },
    ],
  };
  return judged(podSecurity !== "privileged", found, 'Set compute.podSecurity to "restricted".', {
    "compute.podSecurity": "restricted",
  });
}

function networkPolicies({ security }: ResolvedArchitecture, { networkPolicies: policies }: Eks): Finding {
  const isOpen = policies === "none";
  const found: Found = {
    check: "network-policies",
    part: "compute.networkPolicies",
    says: isOpen
      ? `Every pod reaches every other pod, and every store that its node reaches${security.zeroTrust ? ", where zero trust is declared" : ""}: security groups are the nodes' and not the pods'.`
      : "Pods reach only what their services use.",
    references: [
      { page: "https://kubernetes.io/docs/concepts/services-networking/network-policies/", asOf: "2025-05" },
    ],
  };
  return judged(!isOpen, found, 'Set compute.networkPolicies to "default-deny".', {
    "compute.networkPolicies": "default-deny",
  });
}
