import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { beforeEach, expect, test } from "vitest";

import { createTracing } from "./tracing.ts";

const exporter = new InMemorySpanExporter();
const about = { zone: "us-east-1a", replica: "gateway-1", version: "0.1.0" };
const tracing = (share: number) =>
  createTracing(
    { endpoint: "http://collector", serviceName: "gateway", share },
    about,
    new SimpleSpanProcessor({ exporter }),
  );

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";

beforeEach(() => exporter.reset());

test("a trace of the caller's goes on to the backend by two spans", () => {
  const span = tracing(0).request("GET", { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: "a=1" });
  const told = span.ask("backend");
  span.end(502);
  const [asking, own] = exporter.getFinishedSpans();
  expect([own?.parentSpanContext?.spanId, asking?.parentSpanContext?.spanId]).toEqual([
    PARENT,
    own?.spanContext().spanId,
  ]);
  expect(told).toEqual({ traceparent: `00-${TRACE}-${asking?.spanContext().spanId}-01`, tracestate: "a=1" });
  expect(own?.attributes).toMatchObject({ "http.response.status_code": 502 });
  expect(span.traceId).toBe(TRACE);
});

test("what the caller does not record is not recorded, and what it says nothing of by chance", () => {
  tracing(1)
    .request("GET", { traceparent: `00-${TRACE}-${PARENT}-00` })
    .end(200);
  tracing(0).request("GET", {}).end(200);
  expect(exporter.getFinishedSpans()).toEqual([]);
  tracing(1).request("GET", { traceparent: "nonsense" }).end(200);
  expect(exporter.getFinishedSpans().length).toBe(1);
});
