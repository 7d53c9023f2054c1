import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { expect, test } from "vitest";

import { createTracing } from "./tracing.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";

const callers = (isSampled: boolean | undefined) => ({ traceId, spanId: "b7ad6b7169203331", isSampled });

function tracing(share: number) {
  const exporter = new InMemorySpanExporter();
  const place = { version: "1", zone: "a", replica: "one", serviceName: "validator", endpoint: "" };
  const processor = new SimpleSpanProcessor({ exporter });
  return { ...createTracing({ ...place, share, random: () => 0.5, processor }), exporter };
}

const recorded = (share: number, isSampled: boolean | undefined) =>
  tracing(share).request("GET /", callers(isSampled), {}) !== undefined;

test("the caller decides what is recorded, and chance where it does not", () => {
  expect([recorded(0, true), recorded(1, false), recorded(0.6, undefined), recorded(0.4, undefined)]).toEqual(
    [true, false, true, false],
  );
});

test("a trace that a load balancer has numbered keeps the number; another one gets its own", () => {
  const { request, exporter } = tracing(1);
  request("GET /a", { traceId, spanId: undefined, isSampled: undefined }, {})?.end(200);
  request("GET /b", undefined, {})?.end(503);
  const [first, second] = exporter.getFinishedSpans();
  expect(first?.spanContext().traceId).toBe(traceId);
  expect(first?.parentSpanContext).toBeUndefined();
  expect(second?.spanContext().traceId).toMatch(/^(?!0af7651916cd43dd)[0-9a-f]{32}$/);
  expect(second?.attributes["http.response.status_code"]).toBe(503);
});

test("a write that nobody records is none", () => {
  const { batch, exporter } = tracing(1);
  expect(batch("decisions.write", [])).toBeUndefined();
  batch("decisions.write", [{ traceId, spanId: "b7ad6b7169203331", traceFlags: 1 }])?.end({ rows: 3 });
  const [span] = exporter.getFinishedSpans();
  expect([span?.links.length, span?.attributes["rows"]]).toEqual([1, 3]);
});
