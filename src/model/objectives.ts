import * as z from "zod";
import { Saving } from "./billing.ts";
import { Claim } from "./claims.ts";
import { Fault } from "./faults.ts";
import { Name, ServiceReference, StoreReference } from "./names.ts";
import { Duration } from "./quantities/duration.ts";
import { Flow, Rate } from "./quantities/rate.ts";

const base = { id: Name, claim: Claim };
const Usd = z.number().nonnegative();

/** After a fault, the system serves again within a time; success must last. */
const RecoveryTime = z.strictObject({
  kind: z.literal("recovery"),
  ...base,
  from: Fault,
  store: StoreReference.optional(),
  within: Duration,
  /** Where the document gives a span: what it takes at the least. */
  atLeast: Duration.optional(),
});

/** After a fault, writes older than this are all there. */
const DataLoss = z.strictObject({ kind: z.literal("data-loss"), ...base, from: Fault, within: Duration });

const Latency = z.strictObject({
  kind: z.literal("latency"),
  ...base,
  of: z.enum(["api", "database", "cache", "page"]),
  statistic: z.enum(["average", "p50", "p95", "p99", "maximum"]),
  within: Duration,
});

const Throughput = z.strictObject({
  kind: z.literal("throughput"),
  ...base,
  of: z.enum(["requests", "cache-operations"]),
  atLeast: Rate,
});

/** A flow of bytes that is sustained. */
const DataFlow = z.strictObject({
  kind: z.literal("data-flow"),
  ...base,
  of: z.enum(["uploads", "network"]),
  atLeast: Flow,
});

const Connections = z.strictObject({
  kind: z.literal("connections"),
  ...base,
  to: StoreReference,
  atLeast: z.int().min(1),
});

/** An average share that stays between two bounds, in per cent. */
const Utilisation = z.strictObject({
  kind: z.literal("utilisation"),
  ...base,
  of: z.enum(["cpu", "memory"]),
  between: z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)]),
});

/** US dollars a month, of one component or of all. */
const Cost = z.strictObject({
  kind: z.literal("cost"),
  ...base,
  environment: Name.default("production"),
  /** As the document's table names it; absent: the total. */
  component: z.string().min(1).optional(),
  perMonth: z.strictObject({ from: Usd, to: Usd }),
  /** How far a figure that the document calls approximate may be off, in per cent. */
  tolerance: z.number().min(0).max(100).default(0),
});

const Savings = z.strictObject({
  kind: z.literal("saving"),
  ...base,
  by: Saving,
  /** Per cent of the component's cost. */
  upTo: z.number().min(0).max(100),
  component: z.string().min(1),
});

/** No single part takes the system down. */
const Redundancy = z.strictObject({
  kind: z.literal("redundancy"),
  ...base,
  scope: z.enum(["everything", "critical-components"]),
});

/** A fault is survived while requests go on. */
const Continuity = z.strictObject({
  kind: z.literal("continuity"),
  ...base,
  during: z.union([Fault, z.literal("deployment")]),
  service: ServiceReference.optional(),
});

/** The infrastructure is made anew from code within a span. */
const Rebuild = z.strictObject({ kind: z.literal("rebuild"), ...base, atLeast: Duration, within: Duration });

/** One part spares another some of its load. */
const Relief = z.strictObject({
  kind: z.literal("relief"),
  ...base,
  by: z.enum(["cache", "cdn"]),
  of: z.enum(["database-load", "origin-requests"]),
});

/** A figure that the architecture promises, with the document's own words and line. */
export const Objective = z.discriminatedUnion("kind", [
  RecoveryTime,
  DataLoss,
  Latency,
  Throughput,
  DataFlow,
  Connections,
  Utilisation,
  Cost,
  Savings,
  Redundancy,
  Continuity,
  Rebuild,
  Relief,
]);
