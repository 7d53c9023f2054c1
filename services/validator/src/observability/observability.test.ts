// What a running replica tells: its metrics, its spans and the ids in its log.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { startService, stopService, type Service } from "../../test/service.ts";
import { until } from "../../test/until.ts";
import { migrate } from "../database/migrator.ts";

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  links?: { traceId: string; spanId: string }[];
}

let postgres: TestPostgres;
let collector: Server;
let service: Service;
const spans: SentSpan[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const sent = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
      };
      spans.push(
        ...sent.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
      );
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
  service = await startService(postgres.url(), {
    METRICS_PORT: "0",
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    OTEL_TRACES_SAMPLER_ARG: "0",
    LOG_LEVEL: "debug",
  });
  await until(async () => (await fetch(`${service.url}/readyz`)).ok, 10_000);
});
afterAll(async () => {
  await stopService(service);
  await postgres?.stop();
  collector?.close();
});

// One body for all: a key may come again.
const body = JSON.stringify(payment({}, Date.now()));

function post(headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${service.url}/v1/transactions`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

async function metrics(): Promise<{ text: string; value(series: string): number | undefined }> {
  const port = service.log.find(({ msg }) => msg === "metrics can be read")?.["port"] as number;
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (series: string) => {
    const line = text.split("\n").find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };
  return { text, value };
}

test("the metrics say what was answered, decided and stored, on a port of their own", async () => {
  const before = await metrics();
  const key = { "idempotency-key": "metered" };
  for (const headers of [{}, key, key]) expect((await post(headers)).status).toBe(200);
  expect((await fetch(`${service.url}/v1/transactions/nothing`)).status).toBe(404);
  expect((await fetch(`${service.url}/nowhere`)).status).toBe(404);

  const after = await metrics();
  const added = (series: string) => (after.value(series) ?? Number.NaN) - (before.value(series) ?? 0);
  expect(added('http_requests_total{method="POST",route="/v1/transactions",status="2xx"}')).toBe(3);
  expect(added('http_requests_total{method="GET",route="/v1/transactions/:id",status="4xx"}')).toBe(1);
  expect(added('http_requests_total{method="any",route="none",status="4xx"}')).toBe(1);
  expect(added('http_request_duration_seconds_count{method="POST",route="/v1/transactions"}')).toBe(3);
  const outcomes = ["approve", "review", "block_and_review", "decline"];
  const decided = outcomes.map((outcome) => added(`validator_decisions_total{outcome="${outcome}"}`));
  expect(decided.reduce((sum, count) => sum + count)).toBe(2);
  expect(added("validator_decisions_replayed_total")).toBe(1);
  // Without Redis nobody knows of a key before the database says so: it was evaluated again, for nothing.
  expect(added("validator_rules_seconds_count")).toBe(3);
  expect(added("validator_batch_rows_sum")).toBe(3);
  expect(added('validator_velocity_total{outcome="away"}')).toBe(3);
  expect(after.value("validator_rule_set_version")).toBe(1);
  expect(after.value("validator_cache_ready")).toBe(0);
  expect(after.value("validator_velocity_incomplete_windows"), "who would know is away").toBeUndefined();
  expect(after.value("validator_backtests_running")).toBe(0);
  expect(after.value("validator_queue_decisions")).toBe(0);
  expect(after.value('validator_database_waiting{pool="writer"}')).toBe(0);
  expect(after.value("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0);
  expect(after.value("process_resident_memory_bytes")).toBeGreaterThan(0);
  expect((await fetch(`${service.url}/metrics`)).status, "not among the API").toBe(404);
});

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const callers = "00f067aa0ba902b7";

test("a request that its caller records has spans, and the batch is linked to it; another one has none", async () => {
  await post({ traceparent: `00-${"9".repeat(32)}-${callers}-00` });
  await post();
  await post({ traceparent: `00-${traceId}-${callers}-01` });
  await until(() => spans.some(({ name }) => name === "decisions.write"), 10_000);
  await until(() => spans.some(({ parentSpanId }) => parentSpanId === callers), 10_000);

  const root = spans.find(({ parentSpanId }) => parentSpanId === callers);
  expect(root).toMatchObject({ traceId, name: "POST /v1/transactions" });
  const children = spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
  expect(children.map(({ name }) => name).toSorted()).toEqual(["rules", "store", "velocity"]);
  const write = spans.find(({ name }) => name === "decisions.write");
  expect(write?.links).toEqual([expect.objectContaining({ traceId, spanId: root?.spanId })]);
  expect(spans.length, "nothing else was recorded").toBe(5);
});

test("log lines carry the load balancer's number and the ids of the trace", async () => {
  const root = `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
  postgres.freeze();
  try {
    const answer = await fetch(`${service.url}/readyz`, {
      headers: { "x-amzn-trace-id": `Root=${root}`, traceparent: `00-${traceId}-${callers}-00` },
    });
    expect(answer.status).toBe(503);
  } finally {
    postgres.thaw();
  }
  const line = () => service.log.find(({ msg, traceId: id }) => msg === "not ready" && id === root);
  await until(() => line() !== undefined, 5000);
  expect(line()).toMatchObject({ traceId: root, trace_id: traceId, span_id: callers });
});
