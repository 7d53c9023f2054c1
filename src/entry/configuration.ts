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

const action = z.discriminatedUnion("kind", [forward, fixedResponse, redirect]);

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
});

export const configurationSchema = z.strictObject({
  listeners: z.array(listener),
  timeouts: timeouts.prefault({}),
});

export const targetSchema = z.strictObject({
  id: name,
  host,
  port: z.number().int().min(1).max(65_535),
  state: z.enum(["healthy", "unhealthy", "draining", "initial"]),
});

/** What may be left out here has the default that ALB has. */
export type Configuration = z.input<typeof configurationSchema>;
export type ResolvedConfiguration = z.output<typeof configurationSchema>;
export type ListenerConfiguration = z.output<typeof listener>;
export type Rule = z.output<typeof rule>;
export type Action = z.output<typeof action>;
export type FixedResponse = z.output<typeof fixedResponse>;
export type Redirect = z.output<typeof redirect>;
export type Timeouts = z.output<typeof timeouts>;
export type TargetDescription = z.output<typeof targetSchema>;
export type TargetState = TargetDescription["state"];
