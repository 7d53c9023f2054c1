import { localName } from "../names.ts";
import type { Resource } from "../stack.ts";
import type { Cluster, Eks } from "./eks.ts";
import type { ServiceRoles } from "./eks-roles.ts";
import type { ComputeTools } from "./tools.ts";

/** These have to be there before a node is ready; the others need a node to run on. */
const BEFORE_NODES: ReadonlySet<string> = new Set(["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]);

/** https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html */
export function addOnsOf(
  { context }: ComputeTools,
  { addOns, workloadIdentity, networkPolicies }: Eks,
  { cluster }: Cluster,
  nodes: readonly Resource<"aws_eks_node_group">[],
  roles: ServiceRoles,
): void {
  const wanted = new Set([
    ...addOns,
    ...(workloadIdentity === "pod-identity" ? ["eks-pod-identity-agent"] : []),
  ]);
  for (const addOn of wanted) {
    const role = addOn === "aws-ebs-csi-driver" ? roles.get("kube-system/ebs-csi-controller-sa") : undefined;
    context.stack.file("compute")(
      "aws_eks_addon",
      localName(addOn),
      {
        cluster_name: cluster.ref("name"),
        addon_name: addOn,
        resolve_conflicts_on_create: "OVERWRITE",
        resolve_conflicts_on_update: "PRESERVE",
        service_account_role_arn: workloadIdentity === "irsa" ? role?.ref("arn") : undefined,
        configuration_values:
          addOn === "vpc-cni" && networkPolicies === "default-deny"
            ? JSON.stringify({ enableNetworkPolicy: "true" })
            : undefined,
      },
      BEFORE_NODES.has(addOn) ? {} : { dependsOn: nodes },
    );
  }
}
