import type { ResolvedArchitecture } from "#model/architecture.ts";
import { account } from "../context.ts";
import { type Expression, type HclValue, text } from "../hcl/expression.ts";
import type { Eks } from "./eks.ts";

interface Names {
  readonly region: string;
  readonly cluster: Expression<string>;
  /** Where alarms are published. */
  readonly topic: Expression<string>;
  readonly bucket: (name: string) => Expression<string>;
  readonly architecture: ResolvedArchitecture;
}

/** Something that keeps the cluster and calls AWS for it, with a service account of its own. */
interface ClusterService {
  readonly namespace: string;
  readonly account: string;
  readonly isUsed: (architecture: ResolvedArchitecture, compute: Eks) => boolean;
  readonly statements: (names: Names) => HclValue[];
}

const allow = (actions: readonly string[], resource: HclValue, condition?: HclValue): HclValue => ({
  Effect: "Allow",
  Action: actions,
  Resource: resource,
  ...(condition === undefined ? {} : { Condition: condition }),
});

/** Registers pods as targets. https://docs.aws.amazon.com/eks/latest/userguide/aws-load-balancer-controller.html */
const loadBalancerController: ClusterService = {
  namespace: "kube-system",
  account: "aws-load-balancer-controller",
  isUsed: () => true,
  statements: ({ region }) => [
    allow(
      [
        "ec2:DescribeAvailabilityZones",
        "ec2:DescribeInstances",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTags",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetGroupAttributes",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      "*",
    ),
    // The load balancer is Terraform's: the controller only says which pods stand behind it.
    allow(
      ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      text`arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/*`,
    ),
  ],
};

/** https://docs.aws.amazon.com/eks/latest/best-practices/cas.html */
const clusterAutoscaler: ClusterService = {
  namespace: "kube-system",
  account: "cluster-autoscaler",
  isUsed: (_, compute) => compute.clusterAutoscaler,
  statements: ({ cluster, region }) => [
    allow(
      [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeLaunchConfigurations",
        "autoscaling:DescribeScalingActivities",
        "autoscaling:DescribeTags",
        "ec2:DescribeImages",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:GetInstanceTypesFromInstanceRequirements",
        "eks:DescribeNodegroup",
      ],
      "*",
    ),
    allow(
      ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      text`arn:aws:autoscaling:${region}:${account}:autoScalingGroup:*`,
      { StringEquals: { "aws:ResourceTag/eks:cluster-name": cluster } },
    ),
  ],
};

/** Volumes for pods. https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html */
const volumes: ClusterService = {
  namespace: "kube-system",
  account: "ebs-csi-controller-sa",
  isUsed: (_, compute) => compute.addOns.includes("aws-ebs-csi-driver"),
  statements: ({ region }) => {
    const own = (kind: string) => text`arn:aws:ec2:${region}:${account}:${kind}/*`;
    const tagged = { StringLike: { "aws:ResourceTag/ebs.csi.aws.com/cluster": "true" } };
    return [
      allow(
        [
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeInstances",
          "ec2:DescribeSnapshots",
          "ec2:DescribeTags",
          "ec2:DescribeVolumes",
          "ec2:DescribeVolumesModifications",
        ],
        "*",
      ),
      allow(["ec2:CreateVolume"], own("volume"), {
        StringLike: { "aws:RequestTag/ebs.csi.aws.com/cluster": "true" },
      }),
      allow(["ec2:CreateTags"], [own("volume"), text`arn:aws:ec2:${region}::snapshot/*`], {
        StringEquals: { "ec2:CreateAction": ["CreateVolume", "CreateSnapshot"] },
      }),
      allow(["ec2:AttachVolume", "ec2:DetachVolume"], [own("volume"), own("instance")]),
      allow(["ec2:DeleteVolume", "ec2:ModifyVolume", "ec2:CreateSnapshot"], own("volume"), tagged),
    ];
  },
};

/** Fluentd and the agents of CloudWatch write the pods' lines. */
const logs: ClusterService = {
  namespace: "logging",
  account: "fluentd",
  isUsed: ({ observability }) => observability.logs.backend === "cloudwatch",
  statements: ({ region }) => [
    allow(
      ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
      text`arn:aws:logs:${region}:${account}:log-group:/services/*`,
    ),
    allow(["logs:DescribeLogGroups"], "*"),
  ],
};

/** Alertmanager publishes to the alarms' topic. */
const alerts: ClusterService = {
  namespace: "monitoring",
  account: "alertmanager",
  isUsed: ({ observability }) => observability.alertmanager && observability.notify.length > 0,
  statements: ({ topic }) => [allow(["sns:Publish"], topic)],
};

/** Prometheus' long-term storage. */
const metrics: ClusterService = {
  namespace: "monitoring",
  account: "prometheus",
  isUsed: ({ observability }) => observability.metrics.archive !== undefined,
  statements: ({ bucket, architecture }) => {
    const archive = bucket(architecture.observability.metrics.archive ?? "");
    return [
      allow(["s3:ListBucket"], archive),
      allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], text`${archive}/*`),
    ];
  },
};

/** Secrets of Secrets Manager as secrets of the cluster. https://external-secrets.io/latest/provider/aws-secrets-manager/ */
const externalSecrets: ClusterService = {
  namespace: "external-secrets",
  account: "external-secrets",
  isUsed: ({ security, secrets }) =>
    security.secretsIn === "secrets-manager" && Object.keys(secrets).length > 0,
  statements: ({ region, architecture }) => [
    allow(
      ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      [
        text`arn:aws:secretsmanager:${region}:${account}:secret:${architecture.name}-${architecture.environment}-*`,
        text`arn:aws:secretsmanager:${region}:${account}:secret:rds!*`,
      ],
    ),
  ],
};

export const CLUSTER_SERVICES: readonly ClusterService[] = [
  loadBalancerController,
  clusterAutoscaler,
  volumes,
  logs,
  alerts,
  metrics,
  externalSecrets,
];
