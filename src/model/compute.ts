import * as z from "zod";
import { Name } from "./names.ts";
import { Duration } from "./quantities/duration.ts";
import { Size } from "./quantities/size.ts";

/** An EC2 instance type: `t3.medium`. */
export const InstanceType = z
  .string()
  .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type is expected, like "t3.medium"');

const CpuArchitecture = z.enum(["x86_64", "arm64"]);

const NodeGroup = z.strictObject({
  instanceTypes: z.array(InstanceType).min(1),
  capacity: z.enum(["on-demand", "spot"]).default("on-demand"),
  min: z.int().min(0),
  desired: z.int().min(0),
  max: z.int().min(1),
  disk: Size.prefault("20GiB"),
});

/** Istio's sidecars between the services. https://istio.io/latest/docs/concepts/traffic-management/ */
const Mesh = z.strictObject({
  kind: z.literal("istio"),
  mutualTls: z.enum(["strict", "permissive"]).default("strict"),
  retries: z.int().min(0).default(2),
  /** A new version gets these shares of the requests, in per cent, one after the other; absent: all at once. */
  canary: z
    .strictObject({
      steps: z.array(z.int().min(1).max(99)).min(1),
      pause: Duration.prefault("5m"),
    })
    .optional(),
});

/** https://docs.aws.amazon.com/eks/latest/userguide/what-is-eks.html */
const Eks = z.strictObject({
  kind: z.literal("eks"),
  /** Kubernetes' minor version: `"1.28"`. */
  version: z.string().regex(/^1\.\d{2}$/, 'a Kubernetes version is expected, like "1.28"'),
  nodeGroups: z.record(Name, NodeGroup),
  /** Grows and shrinks the node groups between their bounds when pods are pending. */
  clusterAutoscaler: z.boolean().default(true),
  /** The most nodes that all groups have together; absent: the sum of their bounds. */
  maxNodes: z.int().min(1).optional(),
  addOns: z
    .array(
      z.enum([
        "vpc-cni",
        "coredns",
        "kube-proxy",
        "aws-ebs-csi-driver",
        "metrics-server",
        "eks-pod-identity-agent",
      ]),
    )
    .default(["vpc-cni", "coredns", "kube-proxy", "metrics-server"]),
  /** How pods get AWS permissions: IAM roles for service accounts, or EKS Pod Identity. */
  workloadIdentity: z.enum(["irsa", "pod-identity"]).default("irsa"),
  /** `default-deny`: pods reach only what the services' `uses` name. */
  networkPolicies: z.enum(["default-deny", "none"]).default("default-deny"),
  /** The Pod Security Standard that namespaces enforce. */
  podSecurity: z.enum(["restricted", "baseline", "privileged"]).default("restricted"),
  endpointAccess: z.enum(["private", "public", "public-and-private"]).default("public-and-private"),
  controlPlaneLogs: z
    .array(z.enum(["api", "audit", "authenticator", "controllerManager", "scheduler"]))
    .default(["audit"]),
  mesh: Mesh.optional(),
});

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html */
const EcsFargate = z.strictObject({
  kind: z.literal("ecs-fargate"),
  capacity: z
    .array(
      z.strictObject({
        provider: z.enum(["FARGATE", "FARGATE_SPOT"]),
        /** Tasks that go here before weights count. */
        base: z.int().min(0).default(0),
        weight: z.int().min(0).max(1000),
      }),
    )
    .min(1),
  containerInsights: z.boolean().default(true),
  platform: z
    .strictObject({
      os: z.literal("linux").default("linux"),
      architecture: CpuArchitecture.default("x86_64"),
    })
    .prefault({}),
});

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/what-is-amazon-ec2-auto-scaling.html */
const Ec2AutoScaling = z.strictObject({
  kind: z.literal("ec2-auto-scaling"),
  instanceType: InstanceType,
  image: z.enum(["amazon-linux-2023", "ubuntu-24.04"]).default("amazon-linux-2023"),
  architecture: CpuArchitecture.default("x86_64"),
  volume: z
    .strictObject({
      size: Size.prefault("20GiB"),
      type: z.enum(["gp3", "gp2"]).default("gp3"),
      encrypted: z.boolean().default(true),
    })
    .prefault({}),
  /** IMDSv2 only: an instance's credentials cannot be fetched through a plain forwarded GET. */
  metadataTokens: z.enum(["required", "optional"]).default("required"),
  cloudWatchAgent: z.boolean().default(true),
  detailedMonitoring: z.boolean().default(true),
  /** How systemd keeps the service's process. https://www.freedesktop.org/software/systemd/man/systemd.service.html */
  unit: z
    .strictObject({
      restart: z.enum(["always", "on-failure"]).default("always"),
      restartDelay: Duration.prefault("5s"),
      /** One that has started so often within so long is started no more; the defaults are systemd's own. */
      startLimit: z
        .strictObject({
          /** What the starts are counted in. */
          interval: Duration.prefault("10s"),
          /** How many starts there may be in it. */
          burst: z.int().min(1).default(5),
        })
        .prefault({}),
      /** Files and connections that the service may have open (LimitNOFILE). */
      openFiles: z.int().min(256).max(1_048_576).default(65_536),
    })
    .prefault({}),
  /** Instances are replaced and never changed: an instance refresh rolls a new launch template. */
  instanceRefresh: z
    .strictObject({
      minHealthy: z.int().min(0).max(100).default(90),
      warmup: Duration.prefault("300s"),
      checkpoints: z.array(z.int().min(1).max(100)).default([]),
      /** How long it waits at each checkpoint. */
      checkpointDelay: Duration.prefault("1h"),
    })
    .prefault({}),
});

/** What the services run on. */
export const Compute = z.discriminatedUnion("kind", [Eks, EcsFargate, Ec2AutoScaling]);
