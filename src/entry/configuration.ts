import { z } from "zod";

// The load balancer is told these by its supervisor, another process: they are checked at run time too.

const name = z.string().min(1).max(255);
const host = z.string().min(1).max(255);
const milliseconds = z.number().int().min(1).max(86_400_000);
/** Goes into a header line or a status line, so no control characters; ALB's own limit is 128. */
const line = z
  .string()
  .max(1024)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/);
const pattern = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/);

const forward = z.strictObject({ kind: z.literal("forward"), group: name });

/** How long a session sticks, in milliseconds: "between 1 second and 7 days" ("Sticky sessions"). */
const stickyTime = z.number().int().min(1000).max(604_800_000);

/** Weights are relative; a group of weight 0 gets nothing. Source: "Forward actions". */
const weightedForward = z.strictObject({
  kind: z.literal("weighted-forward"),
  groups: z
    .array(z.strictObject({ group: name, weight: z.number().int().min(0).max(999) }))
    .min(1)
    .max(5),
  /** How long a client stays with the group that it was given (cookie AWSALBTG). */
  stickiness: stickyTime.optional(),
});

const fixedResponse = z.strictObject({
  kind: z.literal("fixed-response"),
  status: z.number().int().min(200).max(599),
  contentType: line.default("text/plain"),
  /** UTF-8, at most 1024 bytes on AWS. */
  body: z.string().max(1024).default(""),
});

/** Every part may hold #{protocol}, #{host}, #{port}, #{path} (without its first slash) and #{query}. */
const redirect = z.strictObject({
  kind: z.literal("redirect"),
  status: z.union([z.literal(301), z.literal(302)]),
  protocol: line.default("#{protocol}"),
  host: line.default("#{host}"),
  port: line.default("#{port}"),
  path: line.default("/#{path}"),
  query: line.default("#{query}"),
});

const action = z.discriminatedUnion("kind", [forward, weightedForward, fixedResponse, redirect]);

/**
 * Conditions of both kinds must hold; of several patterns of one kind, one must. "*" stands for any
 * characters, "?" for exactly one; hosts compare without case and port, paths with case and without query.
 * Source: "Condition types for listener rules".
 */
const rule = z.strictObject({
  hosts: z.array(pattern).min(1).optional(),
  paths: z.array(pattern).min(1).optional(),
  action,
});

/** Both as PEM; the certificate is followed by the authorities between it and a root that clients know. */
const certificate = z.strictObject({
  certificate: z.string().min(1).max(262_144),
  key: z.string().min(1).max(65_536),
  /** What the access log calls it: an ARN on AWS. */
  arn: line.optional(),
});

const tls = z.strictObject({
  /** The first one is for clients that name no host (SNI), or one that no certificate is for. */
  certificates: z.array(certificate).min(1).max(26),
  minimumVersion: z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2"),
  http2: z.boolean().default(true),
});

const listener = z.strictObject({
  name,
  /** The address to listen on. */
  host,
  /** 0 for any free port. */
  port: z.number().int().min(0).max(65_535),
  /** In order of priority: the first rule that holds decides. */
  rules: z.array(rule),
  /** What happens when no rule holds. */
  defaultAction: action,
  /** The availability zone of the node that listens here: matters to groups without cross-zone balancing. */
  zone: name.optional(),
  tls: tls.optional(),
  /** Client connections at a time; one more is closed at once. */
  maxConnections: z.number().int().min(1).optional(),
});

const stickiness = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("duration"), duration: stickyTime }),
  z.strictObject({
    kind: z.literal("application"),
    duration: stickyTime,
    /** Of the target's own cookie; "do not use AWSALB, AWSALBAPP, or AWSALBTG". */
    cookie: z.string().regex(/^(?!AWSALB(?:APP|TG)?(?:CORS)?(?:-\d+)?$)[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/),
  }),
]);

/** What is true of a target group whichever targets it has. Source: "Edit target group attributes". */
const groupAttributes = z
  .strictObject({
    name,
    /** What the access log calls it; its name where there is no ARN. */
    arn: line.optional(),
    stickiness: stickiness.optional(),
    /** How long the share of a new target grows, in milliseconds; ALB: 30 s to 900 s. */
    slowStart: z.number().int().min(1).max(900_000).optional(),
    /** What a draining target still has is cut off after this; ALB's default is 300 s. Left out: never. */
    deregistrationDelay: z.number().int().min(0).max(3_600_000).optional(),
    crossZone: z.boolean().default(true),
  })
  .refine(({ crossZone, stickiness }) => crossZone || stickiness === undefined, {
    error: "sticky sessions need cross-zone load balancing, on AWS too",
    path: ["stickiness"],
  });

const accessLog = z.strictObject({
  /** Appended to. */
  file: z.string().min(1).max(4096),
  /** How the lines call this load balancer: its resource ID on AWS. */
  name: line.default("app/plumbline/0000000000000000"),
  /** What may wait for the disk, in bytes; more is dropped and counted. */
  buffer: z
    .number()
    .int()
    .min(4096)
    .default(4 * 2 ** 20),
});

/** What keeps a few clients from taking everything. ALB has such limits without naming them. */
const limits = z.strictObject({
  /** Client connections of all listeners together. */
  connections: z.number().int().min(1).optional(),
  /** Bytes a second that each stretch of `patience` has to bring while a body goes on; 0 for any. */
  minimumRate: z.number().int().min(0).default(0),
  patience: milliseconds.default(30_000),
});

const timeouts = z.strictObject({
  /** How long a client may send and take nothing (ALB: idle_timeout.timeout_seconds, 60 s). */
  clientIdle: milliseconds.default(60_000),
  /** From the first byte of a request to the end of its head. */
  requestHead: milliseconds.default(60_000),
  /** How long a target may send and take nothing (ALB: the same 60 s). */
  targetIdle: milliseconds.default(60_000),
  /** ALB: "the connection timeout expired (10 seconds)". */
  connect: milliseconds.default(10_000),
  /** From the first byte of a request to its last one. */
  request: milliseconds.optional(),
});

export const configurationSchema = z.strictObject({
  listeners: z.array(listener),
  timeouts: timeouts.prefault({}),
  /** Only groups that differ from the defaults need to be here. */
  groups: z.array(groupAttributes).default([]),
  accessLog: accessLog.optional(),
  limits: limits.prefault({}),
  /** What cookies are sealed with. Left out, sessions end with this process. */
  cookieSecret: z.string().min(32).max(1024).optional(),
});

export const targetSchema = z.strictObject({
  id: name,
  host,
  port: z.number().int().min(1).max(65_535),
  state: z.enum(["healthy", "unhealthy", "draining", "initial"]),
  /** Matters to groups without cross-zone balancing alone. */
  zone: name.optional(),
});

/** What may be left out here has the default that ALB has. */
export type Configuration = z.input<typeof configurationSchema>;
export type ResolvedConfiguration = z.output<typeof configurationSchema>;
export type ListenerConfiguration = z.output<typeof listener>;
export type Rule = z.output<typeof rule>;
export type Action = z.output<typeof action>;
export type FixedResponse = z.output<typeof fixedResponse>;
export type Redirect = z.output<typeof redirect>;
export type ListenerTls = z.output<typeof tls>;
export type WeightedForward = z.output<typeof weightedForward>;
export type GroupAttributes = z.output<typeof groupAttributes>;
export type AccessLogSettings = z.output<typeof accessLog>;
export type Limits = z.output<typeof limits>;
export type Timeouts = z.output<typeof timeouts>;
export type TargetDescription = z.output<typeof targetSchema>;
export type TargetState = TargetDescription["state"];
