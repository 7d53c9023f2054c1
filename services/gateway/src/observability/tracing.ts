import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { IncomingHttpHeaders } from "node:http";

import type { Environment } from "../../../proxy/src/environment.ts";

export interface TracingSettings {
  /** Where spans are sent to by OTLP over HTTP: `<endpoint>/v1/traces`. */
  readonly endpoint: string;
  readonly serviceName: string;
  /** Share of the requests whose caller has not decided it, from 0 to 1. */
  readonly share: number;
}

/** The spans of one request: its own, and that of asking a backend. */
export interface RequestSpan {
  readonly traceId: string;
  /** Begins to ask; what the backend is to be told. */
  ask(upstream: string): Record<string, string>;
  /** Ends both. */
  end(status: number): void;
}

export interface Tracing {
  request(name: string, headers: IncomingHttpHeaders): RequestSpan;
  /** Sends what is left; resolves when it is sent or given up. */
  close(): Promise<void>;
}

const EXPORT_INTERVAL = 1000;
const EXPORT_TIMEOUT = 5000;

/** Names and meanings as in the OpenTelemetry specification. Undefined where spans go nowhere. */
export function readTracingSettings(env: Environment): TracingSettings | undefined {
  const share = env.text("OTEL_TRACES_SAMPLER_ARG", "0.01");
  if (!/^(0|1|0?\.\d{1,9}|1\.0+|0\.0+)$/.test(share))
    env.refuse("OTEL_TRACES_SAMPLER_ARG must be from 0 to 1");
  const endpoint = env.url("OTEL_EXPORTER_OTLP_ENDPOINT", ["http:", "https:"]);
  if (endpoint === undefined) return undefined;
  const serviceName = env.text("OTEL_SERVICE_NAME", "gateway");
  return { endpoint: endpoint.replace(/\/+$/, ""), serviceName, share: Number(share) };
}

/** @param processor where spans go in place of the endpoint. */
export function createTracing(
  { endpoint, serviceName, share }: TracingSettings,
  about: { readonly zone: string; readonly replica: string; readonly version: string },
  processor: SpanProcessor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_TIMEOUT }),
    scheduledDelayMillis: EXPORT_INTERVAL,
    exportTimeoutMillis: EXPORT_TIMEOUT,
  }),
): Tracing {
  const propagator = new W3CTraceContextPropagator();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": serviceName,
      "service.version": about.version,
      "service.instance.id": about.replica,
      "cloud.availability_zone": about.zone,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer("gateway", about.version);

  return {
    request(name, headers) {
      const parent = propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER }, parent);
      const context = trace.setSpan(parent, span);
      let asking: Span | undefined;
      return {
        traceId: span.spanContext().traceId,
        ask(upstream) {
          asking = tracer.startSpan(`ask ${upstream}`, { kind: SpanKind.CLIENT }, context);
          return inject(propagator, trace.setSpan(context, asking));
        },
        end(status) {
          for (const each of [asking, span]) {
            each?.setAttribute("http.response.status_code", status);
            if (status >= 500) each?.setStatus({ code: SpanStatusCode.ERROR });
            each?.end();
          }
        },
      };
    },
    // An endpoint that is away must not keep the process from its end.
    close: () => provider.shutdown().catch(() => {}),
  };
}

function inject(propagator: W3CTraceContextPropagator, context: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, defaultTextMapSetter);
  return headers;
}
