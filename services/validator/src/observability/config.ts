/** What is told about requests beside the log. */
export interface ObservabilityConfig {
  /** Port of /metrics, of its own; 0 is any free one; undefined is none. */
  metricsPort: number | undefined;
  tracing: TracingConfig | undefined;
}

export interface TracingConfig {
  /** Where spans are sent to by OTLP over HTTP: `<endpoint>/v1/traces`. */
  endpoint: string;
  serviceName: string;
  /** Share of the requests whose caller has not decided it, from 0 to 1. */
  share: number;
}

/** Names and meanings as in the OpenTelemetry specification, where it has them. */
export function readObservabilityConfig(
  env: Record<string, string | undefined>,
  problems: string[],
): ObservabilityConfig {
  const port = env["METRICS_PORT"] || undefined;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535)) {
    problems.push("METRICS_PORT must be a whole number from 0 to 65535");
  }
  return {
    metricsPort: port === undefined ? undefined : Number(port),
    tracing: readTracingConfig(env, problems),
  };
}

function readTracingConfig(
  env: Record<string, string | undefined>,
  problems: string[],
): TracingConfig | undefined {
  const share = env["OTEL_TRACES_SAMPLER_ARG"] || "0.01";
  if (!/^(0|1|0?\.\d{1,9}|1\.0+|0\.0+)$/.test(share))
    problems.push("OTEL_TRACES_SAMPLER_ARG must be from 0 to 1");
  const endpoint = env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (!endpoint) return undefined;
  const protocol = URL.parse(endpoint)?.protocol;
  if (protocol !== "http:" && protocol !== "https:") {
    problems.push("OTEL_EXPORTER_OTLP_ENDPOINT must be an http:// or https:// address");
  }
  return {
    endpoint: endpoint.replace(/\/+$/, ""),
    serviceName: env["OTEL_SERVICE_NAME"] || "validator",
    share: Number(share),
  };
}
