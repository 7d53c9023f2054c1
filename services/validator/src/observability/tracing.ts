import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type SpanContext,
  type Tracer,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  TracerProvider,
  type SpanProcessor,
} from "@opentelemetry/sdk-trace";

import type { TracingConfig } from "./config.ts";
import { remoteContext, type CallerTrace } from "./trace-context.ts";

/** A part of what a request does, with a beginning and an end. */
export interface TracedPart {
  end(attributes?: Attributes): void;
  failed(): void;
}

/** A request that is recorded. */
export interface RequestTrace {
  readonly context: SpanContext;
  part(name: string): TracedPart;
  /** Ends the request's own span. */
  end(status: number): void;
}

/** Spans, placed by hand. What is not sampled has none, and costs nothing. */
export interface Tracing {
  /** Undefined where the request is not sampled: its caller decides, or chance where it does not. */
  request(name: string, caller: CallerTrace | undefined, attributes: Attributes): RequestTrace | undefined;
  /** A write that several requests share; undefined where none of them is recorded. */
  batch(name: string, requests: readonly SpanContext[]): TracedPart | undefined;
  /** Sends what is left; resolves when it is sent or given up. */
  close(): Promise<void>;
}

export interface TracingOptions extends TracingConfig {
  version: string;
  zone: string;
  replica: string;
  random?: () => number;
  /** Where spans go in place of the endpoint. */
  processor?: SpanProcessor;
}

/** Milliseconds between two exports, and that one may take. */
const EXPORT_INTERVAL = 1000;
const EXPORT_TIMEOUT = 5000;

export function createTracing(options: TracingOptions): Tracing {
  const { endpoint, serviceName, share, version, zone, replica, random = Math.random } = options;
  const ids = new CallersIds();
  const processor =
    options.processor ??
    new BatchSpanProcessor({
      exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_TIMEOUT }),
      scheduledDelayMillis: EXPORT_INTERVAL,
      exportTimeoutMillis: EXPORT_TIMEOUT,
    });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": serviceName,
      "service.version": version,
      "service.instance.id": replica,
      "cloud.availability_zone": zone,
    }),
    idGenerator: ids,
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer("validator", version);

  return {
    request(name, caller, attributes) {
      if (!(caller?.isSampled ?? random() < share)) return undefined;
      const parent =
        caller?.spanId === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, remoteContext(caller));
      ids.next = caller?.traceId;
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
      ids.next = undefined;
      return recordRequest(tracer, span);
    },
    batch(name, requests) {
      if (requests.length === 0) return undefined;
      const links = requests.map((context) => ({ context }));
      return partOf(tracer.startSpan(name, { kind: SpanKind.CLIENT, root: true, links }, ROOT_CONTEXT));
    },
    // An endpoint that is away must not keep the process from its end.
    close: () => provider.shutdown().catch(() => {}),
  };
}

function recordRequest(tracer: Tracer, span: Span): RequestTrace {
  const context = trace.setSpan(ROOT_CONTEXT, span);
  return {
    context: span.spanContext(),
    part: (name) => partOf(tracer.startSpan(name, { kind: SpanKind.INTERNAL }, context)),
    end(status) {
      span.setAttribute("http.response.status_code", status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function partOf(span: Span): TracedPart {
  return {
    end(attributes) {
      if (attributes !== undefined) span.setAttributes(attributes);
      span.end();
    },
    failed() {
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Trace ids of callers that number requests without recording them: a load balancer's log then finds the trace. */
class CallersIds extends RandomIdGenerator {
  next: string | undefined;

  constructor() {
    super();
    const random = this.generateTraceId;
    this.generateTraceId = () => this.next ?? random();
  }
}
