import type { Context } from "../context.ts";
import { logRetention } from "../durations.ts";
import { type Expression, raw } from "../hcl/expression.ts";
import { trust } from "../security/policies.ts";
import type { Resource } from "../stack.ts";
import { addOnsOf } from "./eks-add-ons.ts";
import { nodeGroupsOf } from "./eks-nodes.ts";
import { serviceRolesOf } from "./eks-roles.ts";
import { serviceLogsOf } from "./logs.ts";
import type { ComputeTools } from "./tools.ts";

export type Eks = Extract<Context["architecture"]["compute"], { readonly kind: "eks" }>;

export interface Cluster {
  readonly cluster: Resource<"aws_eks_cluster">;
  /** Who pods' service accounts are trusted through; null with EKS Pod Identity. */
  readonly identity: { readonly arn: Expression<string>; readonly issuer: Expression<string> } | null;
}

/** An EKS cluster, its nodes, its add-ons and the roles of what runs on it. https://docs.aws.amazon.com/eks/latest/userguide/clusters.html */
export function eksOf(tools: ComputeTools, compute: Eks): void {
  const cluster = clusterOf(tools, compute);
  serviceLogsOf(tools.context, tools.keys);
  const nodes = nodeGroupsOf(tools, compute, cluster);
  const roles = serviceRolesOf(tools, compute, cluster);
  addOnsOf(tools, compute, cluster, nodes, roles);
}

function clusterOf(tools: ComputeTools, compute: Eks): Cluster {
  const { context, vpc, keys, groups } = tools;
  const { architecture, stack, name } = context;
  const add = stack.file("compute");
  const role = add("aws_iam_role", "cluster", {
    name: name("cluster"),
    assume_role_policy: trust("eks.amazonaws.com"),
  });
  const attached = add("aws_iam_role_policy_attachment", "cluster", {
    role: role.ref("name"),
    policy_arn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
  });
  const logs = stack.file("observability")("aws_cloudwatch_log_group", "cluster", {
    // EKS writes to the group of this name, and would make it without an end to what it keeps.
    name: `/aws/eks/${name()}/cluster`,
    retention_in_days: logRetention(architecture.observability.logs.retention),
    kms_key_id: keys.arn("logs"),
  });
  const key = keys.arn("cluster");
  const isPublic = compute.endpointAccess !== "private";
  const cluster = add(
    "aws_eks_cluster",
    "main",
    {
      name: name(),
      version: compute.version,
      role_arn: role.ref("arn"),
      enabled_cluster_log_types: compute.controlPlaneLogs,
      access_config: { authentication_mode: "API", bootstrap_cluster_creator_admin_permissions: true },
      vpc_config: {
        subnet_ids: vpc.subnets.private.map((subnet) => subnet.ref("id")),
        security_group_ids: groups.compute.map((group) => group.ref("id")),
        endpoint_private_access: compute.endpointAccess !== "public",
        endpoint_public_access: isPublic,
        public_access_cidrs: isPublic ? raw<string[]>("var.administrators") : undefined,
      },
      encryption_config: key ? { resources: ["secrets"], provider: { key_arn: key } } : undefined,
      upgrade_policy: { support_type: "EXTENDED" },
    },
    { dependsOn: [attached, logs] },
  );
  if (compute.workloadIdentity !== "irsa") return { cluster, identity: null };
  const issuer = raw<string>(`${cluster.address}.identity[0].oidc[0].issuer`);
  const provider = add("aws_iam_openid_connect_provider", "cluster", {
    url: issuer,
    client_id_list: ["sts.amazonaws.com"],
  });
  return { cluster, identity: { arn: provider.ref("arn"), issuer } };
}
