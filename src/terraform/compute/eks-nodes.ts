import { raw } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { trust } from "../security/policies.ts";
import type { ArgumentsOf, Resource } from "../stack.ts";
import { unsupported } from "../unsupported.ts";
import type { Cluster, Eks } from "./eks.ts";
import type { ComputeTools } from "./tools.ts";

const GIB = 1024 ** 3;

/** What a node does with AWS: join the cluster, attach addresses to pods, pull images. https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html */
const NODE_POLICIES = {
  worker: "AmazonEKSWorkerNodePolicy",
  network: "AmazonEKS_CNI_Policy",
  images: "AmazonEC2ContainerRegistryPullOnly",
  sessions: "AmazonSSMManagedInstanceCore",
} as const;

/** Managed node groups, each over all zones. https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html */
export function nodeGroupsOf(
  { context, vpc, groups }: ComputeTools,
  compute: Eks,
  { cluster }: Cluster,
): Resource<"aws_eks_node_group">[] {
  const { stack, name } = context;
  const add = stack.file("compute");
  const role = add("aws_iam_role", "nodes", {
    name: name("nodes"),
    assume_role_policy: trust("ec2.amazonaws.com"),
  });
  const attached = Object.entries(NODE_POLICIES).map(([part, managed]) =>
    add("aws_iam_role_policy_attachment", localName("nodes", part), {
      role: role.ref("name"),
      policy_arn: `arn:aws:iam::aws:policy/${managed}`,
    }),
  );
  return Object.entries(compute.nodeGroups).map(([group, declared]) => {
    const template = add("aws_launch_template", localName("nodes", group), {
      name: name("nodes", group),
      update_default_version: true,
      vpc_security_group_ids: [
        ...groups.compute.map((each) => each.ref("id")),
        raw<string>(`${cluster.address}.vpc_config[0].cluster_security_group_id`),
      ],
      block_device_mappings: {
        device_name: "/dev/xvda",
        ebs: {
          volume_size: Math.ceil(declared.disk / GIB),
          volume_type: "gp3",
          encrypted: "true",
          delete_on_termination: "true",
        },
      },
      // Pods that are not on the host's network are one hop too far to take the node's role.
      metadata_options: { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 },
      tag_specifications: ["instance", "volume"].map((kind) => ({
        resource_type: kind,
        tags: { Name: name("nodes", group) },
      })),
    });
    return add(
      "aws_eks_node_group",
      localName(group),
      {
        cluster_name: cluster.ref("name"),
        node_group_name: group,
        node_role_arn: role.ref("arn"),
        version: cluster.ref("version"),
        ami_type: imageTypeOf(group, declared.instanceTypes),
        capacity_type: declared.capacity === "spot" ? "SPOT" : "ON_DEMAND",
        instance_types: declared.instanceTypes,
        subnet_ids: vpc.subnets.private.map((subnet) => subnet.ref("id")),
        labels: { capacity: declared.capacity },
        scaling_config: { min_size: declared.min, desired_size: declared.desired, max_size: declared.max },
        update_config: { max_unavailable: 1 },
        node_repair_config: { enabled: true },
        launch_template: {
          id: template.ref("id"),
          version: raw(`tostring(${template.address}.latest_version)`),
        },
        ...taintOf(declared.capacity),
        tags: compute.clusterAutoscaler ? discovery(name()) : undefined,
      },
      {
        ...(compute.clusterAutoscaler
          ? {
              comment: "The cluster autoscaler sets how many nodes there are.",
              lifecycle: { ignoreChanges: ["scaling_config[0].desired_size"] },
            }
          : {}),
        dependsOn: attached,
      },
    );
  });
}

/** Only what tolerates an interruption is put on spot nodes. */
function taintOf(capacity: "on-demand" | "spot"): Pick<ArgumentsOf<"aws_eks_node_group">, "taint"> {
  return capacity === "spot"
    ? { taint: { key: "capacity", value: "spot", effect: "PREFER_NO_SCHEDULE" } }
    : {};
}

/** By these tags the autoscaler finds the groups. https://docs.aws.amazon.com/eks/latest/best-practices/cas.html */
function discovery(cluster: string): Record<string, string> {
  return {
    "k8s.io/cluster-autoscaler/enabled": "true",
    [`k8s.io/cluster-autoscaler/${cluster}`]: "owned",
  };
}

/** Graviton's families end in g, with letters after it for what else they have: r6g, m7gd, c7gn. */
const GRAVITON = /^([a-z]+\d+g[a-z]*|a1)\./;

function imageTypeOf(group: string, instanceTypes: readonly string[]): string {
  const arm = instanceTypes.filter((type) => GRAVITON.test(type));
  if (arm.length > 0 && arm.length < instanceTypes.length)
    throw unsupported(
      `compute.nodeGroups.${group}.instanceTypes`,
      "a node group runs one image, and these types are of two processor architectures",
      "Make a group for each of them.",
    );
  return arm.length > 0 ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD";
}
