import type { IncomingHttpHeaders } from "node:http";

import { TraceFlags, type SpanContext } from "@opentelemetry/api";

/** What the caller says of the trace that a request belongs to. */
export interface CallerTrace {
  readonly traceId: string;
  /** The caller's span; undefined where it has none, such as a load balancer that only numbers requests. */
  readonly spanId: string | undefined;
  /** Whether the caller records the trace; undefined where it leaves that to others. */
  readonly isSampled: boolean | undefined;
}

// W3C Trace Context, section 3.2.2. Later versions may have more fields.
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** Reads `traceparent`, or AWS's X-Amzn-Trace-Id where there is none. */
export function readCallerTrace(headers: IncomingHttpHeaders): CallerTrace | undefined {
  const { traceparent, "x-amzn-trace-id": amazon } = headers;
  if (typeof traceparent === "string") {
    const [, traceId, spanId, flags = "0"] = TRACEPARENT.exec(traceparent) ?? [];
    if (traceId !== undefined) {
      return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & TraceFlags.SAMPLED) !== 0 };
    }
  }
  return typeof amazon === "string" ? readAmazon(amazon) : undefined;
}

/** `Root=1-<8 digits>-<24 digits>;Parent=<16 digits>;Sampled=1`, as AWS X-Ray documents its tracing header. */
function readAmazon(header: string): CallerTrace | undefined {
  const [, time, rest] = /(?:^|;\s*)Root=1-([0-9a-f]{8})-([0-9a-f]{24})(?:;|$)/i.exec(header) ?? [];
  if (time === undefined || rest === undefined || /^0+$/.test(time + rest)) return undefined;
  const spanId = /(?:^|;\s*)Parent=([0-9a-f]{16})(?:;|$)/i.exec(header)?.[1]?.toLowerCase();
  const sampled = /(?:^|;\s*)Sampled=([01])(?:;|$)/.exec(header)?.[1];
  return {
    traceId: (time + rest).toLowerCase(),
    spanId,
    isSampled: sampled === undefined ? undefined : sampled === "1",
  };
}

/** As OpenTelemetry wants a parent that is elsewhere. */
export function remoteContext({ traceId, spanId = "" }: CallerTrace): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}
