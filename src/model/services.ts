import * as z from "zod";
import { Name, PartReference, SecretReference, ServiceReference, StoreReference } from "./names.ts";
import { Cpu } from "./quantities/cpu.ts";
import { Duration } from "./quantities/duration.ts";
import { Size } from "./quantities/size.ts";
import { ScalingPolicy } from "./scaling.ts";

const HttpPath = z.string().regex(/^\/[\x21-\x7e]*$/, 'a path is expected, like "/healthz"');
const EnvironmentVariables = z.record(
  z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'a variable\'s name is expected, like "LOG_LEVEL"'),
  z.string(),
);
const SqlName = z.string().regex(/^[a-z_][a-z0-9_]*$/, 'a name as in SQL is expected, like "orders"');
const Command = z.array(z.string().min(1)).min(1);

/** How the load balancer decides that a replica can serve. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html */
export const TargetHealth = z.strictObject({
  path: HttpPath,
  interval: Duration.prefault("30s"),
  timeout: Duration.prefault("5s"),
  /** Successes in a row after which an unhealthy target is healthy. */
  healthy: z.int().min(2).max(10).default(5),
  /** Failures in a row after which a healthy target is unhealthy. */
  unhealthy: z.int().min(2).max(10).default(2),
  /** The statuses that count as success. */
  matcher: z
    .string()
    .regex(/^\d{3}([-,]\d{3})*$/, 'statuses are expected, like "200" or "200-299"')
    .default("200"),
});

/** A probe of the kubelet. https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/ */
export const Probe = z.strictObject({
  path: HttpPath,
  interval: Duration.prefault("10s"),
  timeout: Duration.prefault("1s"),
  failures: z.int().min(1).default(3),
  delay: Duration.prefault("0s"),
});

/** How many replicas there are, and between which bounds scaling may move. */
export const Replicas = z.strictObject({ min: z.int().min(0), desired: z.int().min(0), max: z.int().min(1) });

export const ResourceSize = z.strictObject({ cpu: Cpu, memory: Size });

/** How a new version replaces the old one. */
const Rollout = z.strictObject({
  /** Per cent of the desired replicas that stay healthy throughout. */
  minHealthy: z.int().min(0).max(100).default(100),
  /** Per cent of the desired replicas that may run at once. */
  max: z.int().min(100).max(400).default(200),
  /** What happens when the new version never gets healthy. */
  circuitBreaker: z.enum(["rollback", "stop", "none"]).default("rollback"),
  /** How long a roll may go without progress before it has failed (Kubernetes' progressDeadlineSeconds). */
  progressDeadline: Duration.prefault("10m"),
  /**
   * How long a replica of a new version is healthy before an old one leaves for it (Kubernetes' minReadySeconds; on EC2
   * the instance refresh's `warmup` says it, and ECS has none: there the twin alone goes by it).
   */
  minReady: Duration.prefault("10s"),
});

const Image = z.strictObject({ repository: z.string().min(1), tag: z.string().min(1).default("latest") });

const base = {
  description: z.string().optional(),
  /** What the twin runs; `${HOST}` and `${PORT}` expand in it. */
  command: Command,
  /** What AWS runs. */
  image: Image,
  env: EnvironmentVariables.default({}),
  secrets: z.array(SecretReference).default([]),
  /** The services and stores that it talks to: they become its URLs, and its security-group rules. */
  uses: z.array(PartReference).default([]),
  size: ResourceSize,
  /** Kubernetes limits, where they differ from the requests in `size`. */
  limits: ResourceSize.optional(),
  /** `open`: anywhere, as for calls to AWS and partners through NAT; `declared`: only what it uses. */
  egress: z.enum(["open", "declared"]).default("declared"),
  /** AWS actions that it may call, each on named resources: no statement is `*` on `*`. */
  permissions: z
    .array(
      z.strictObject({
        actions: z.array(z.string().regex(/^[a-z0-9-]+:[A-Za-z*]+$/)).min(1),
        on: z.array(z.string().min(1)).min(1),
      }),
    )
    .default([]),
  runAsNonRoot: z.boolean().default(true),
  readOnlyRootFilesystem: z.boolean().default(true),
};

const replicated = {
  ...base,
  replicas: Replicas,
  scaling: z.array(ScalingPolicy).default([]),
  rollout: Rollout.prefault({}),
  /** How long a new replica may take until it is healthy before it counts as failed. */
  startTimeout: Duration.prefault("60s"),
  /** How long a replica may take from SIGTERM to its end. */
  stopTimeout: Duration.prefault("30s"),
  /** `zones`: replicas are spread over the zones and balanced between them. */
  spread: z.enum(["zones", "none"]).default("zones"),
  /** Where replicas may run. */
  capacity: z.enum(["on-demand", "spot", "any"]).default("any"),
  /** Kubernetes' PodDisruptionBudget. */
  disruption: z.strictObject({ minAvailable: z.int().min(0) }).optional(),
  /** Other versions that a deployment can roll to. */
  versions: z
    .record(Name, z.strictObject({ command: Command.optional(), env: EnvironmentVariables.default({}) }))
    .default({}),
};

/** A request that shows what a service does: `up` prints it for people to try, load and drills send it. */
const Example = z.strictObject({
  method: z.enum(["GET", "POST", "PUT", "DELETE"]).default("GET"),
  path: HttpPath,
  /** Sent as JSON. In it and in the path `${NOW}` stands for the time, `${NUMBER}` and `${UUID}` for what no other request has. */
  body: z.record(z.string(), z.unknown()).optional(),
  /** Where what an acknowledged request has written is found: a drill looks there whether it was lost. */
  written: z
    .strictObject({
      /** A PostgreSQL store. */
      store: StoreReference,
      /** In the schema that the store's user finds first. */
      table: SqlName,
      /** A column whose text contains the request's `${NUMBER}`. */
      column: SqlName,
    })
    .optional(),
});

/** Answers requests, in replicas behind the load balancer or behind other services. */
export const WebService = z.strictObject({
  kind: z.literal("web"),
  ...replicated,
  port: z.int().min(1).max(65_535),
  targetHealth: TargetHealth,
  probes: z
    .strictObject({ liveness: Probe.optional(), readiness: Probe.optional(), startup: Probe.optional() })
    .default({}),
  /** Processes that share a replica's port, where its server forks (Gunicorn's workers). */
  workers: z.int().min(1).default(1),
  example: Example.optional(),
});

/** Works on a queue or on a schedule of its own, in replicas. */
export const WorkerService = z.strictObject({ kind: z.literal("worker"), ...replicated });

/** Runs once and ends, before a rollout of the services that it precedes: migrations. */
export const JobService = z.strictObject({
  kind: z.literal("job"),
  ...base,
  before: z.array(ServiceReference).min(1),
  timeout: Duration.prefault("5m"),
});

export const Service = z.discriminatedUnion("kind", [WebService, WorkerService, JobService]);
