import * as z from "zod";
import { Name, ServiceReference, StoreReference } from "./names.ts";
import { Duration } from "./quantities/duration.ts";

/** What an alarm or a dashboard looks at. */
export const Signal = z.enum([
  "cpu",
  "memory",
  "disk",
  "network",
  "request-rate",
  "latency-p95",
  "http-5xx",
  "unhealthy-targets",
  "replicas",
  "database-cpu",
  "database-connections",
  "database-connection-errors",
  "database-storage",
  "database-iops",
  "database-latency",
  "replication-lag",
  "cache-hit-rate",
  "sign-ups",
  "transactions",
  "revenue",
]);

const Alarm = z.strictObject({
  signal: Signal,
  above: z.number(),
  /** Of what the threshold is a number. */
  unit: z.enum(["percent", "count", "seconds", "per-second"]),
  periods: z.int().min(1).default(2),
  period: Duration.prefault("60s"),
  severity: z.enum(["page", "ticket"]).default("page"),
});

const Slo = z.strictObject({
  name: Name,
  service: ServiceReference,
  indicator: z.enum(["availability", "latency"]),
  /** Per cent of requests that are good. */
  objective: z.number().min(50).max(99.999),
  /** For latency: a request is good when it is answered within this time. */
  within: Duration.optional(),
  window: Duration.prefault("30d"),
});

/** What is measured, kept, shown and told to people. */
export const Observability = z.strictObject({
  logs: z.strictObject({
    backend: z.enum(["cloudwatch", "elasticsearch"]).default("cloudwatch"),
    collector: z.enum(["awslogs", "fluentd", "cloudwatch-agent"]).default("awslogs"),
    group: z.string().min(1).optional(),
    retention: Duration,
    compression: z.enum(["gzip", "none"]).default("gzip"),
  }),
  metrics: z
    .strictObject({
      backend: z.enum(["cloudwatch", "prometheus"]).default("cloudwatch"),
      retention: Duration.prefault("15d"),
      /** Long-term storage. */
      archive: StoreReference.optional(),
      exporters: z
        .array(z.enum(["node-exporter", "cadvisor", "postgres-exporter", "redis-exporter"]))
        .default([]),
      business: z.array(Signal.extract(["sign-ups", "transactions", "revenue"])).default([]),
    })
    .prefault({}),
  tracing: z
    .strictObject({
      instrumentation: z.literal("opentelemetry").default("opentelemetry"),
      backend: z.enum(["jaeger", "x-ray"]).default("jaeger"),
      /** The share of traces that is kept, 0 to 1. */
      sampling: z.number().min(0).max(1).default(0.1),
      /** Each log line names the trace that it belongs to. */
      inLogs: z.boolean().default(true),
    })
    .optional(),
  dashboards: z
    .strictObject({
      backend: z.enum(["cloudwatch", "grafana"]),
      show: z.array(z.enum(["infrastructure", "application", "database", "business"])).min(1),
    })
    .optional(),
  alarms: z.array(Alarm).default([]),
  /** Where alarms go: through SNS to people. */
  notify: z.array(z.enum(["email", "slack", "pagerduty"])).default([]),
  /** Alertmanager stands between Prometheus and SNS. */
  alertmanager: z.boolean().default(false),
  slos: z.array(Slo).default([]),
  /** Exports to another vendor. */
  exportTo: z.array(z.enum(["datadog", "new-relic"])).default([]),
});
