import { createServer, type Server } from "node:http";

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

import type { Exchange } from "./exchanges.ts";
import type { Upstream, UpstreamState } from "./upstream.ts";

/** Seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const STATES: readonly UpstreamState[] = ["closed", "half-open", "open"];

/** Rate, errors and duration of what is served, and what becomes of attempts at other services. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "http_requests_total",
    help: "Requests that were answered, by the class of the status.",
    labelNames: ["route", "status"],
    registers: [this.registry],
  });
  readonly #durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "From the head of a request to the end of its answer.",
    labelNames: ["route"],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #attempts = new Counter({
    name: "upstream_attempts_total",
    help: "Attempts to have a request answered by another service, by what came of them.",
    labelNames: ["upstream", "outcome"],
    registers: [this.registry],
  });

  /** @param status 0 where the client had gone before the answer. */
  request(route: string, exchange: Exchange, status: number, milliseconds: number): void {
    this.#requests.inc({ route, status: `${Math.floor(status / 100)}xx` });
    // How long somebody listens, or sends, says nothing about how fast answers are.
    if (exchange === "call") this.#durations.observe({ route }, milliseconds / 1000);
  }

  /** Counts something else by one label; the result counts one more. */
  counter(name: string, help: string, label: string): (value: string) => void {
    const counter = new Counter({ name, help, labelNames: [label], registers: [this.registry] });
    return (value) => counter.inc({ [label]: value });
  }

  watch(upstreams: readonly Upstream[]): void {
    for (const upstream of upstreams) {
      upstream.onAttempt = (outcome) => this.#attempts.inc({ upstream: upstream.name, outcome });
    }
    const registers = [this.registry];
    const labelNames = ["upstream"] as const;
    void new Gauge({
      name: "upstream_breaker_state",
      help: "Of the circuit breaker: 0 closed, 1 half open, 2 open.",
      labelNames,
      registers,
      collect() {
        for (const { name, state } of upstreams) this.set({ upstream: name }, STATES.indexOf(state));
      },
    });
    void new Gauge({
      name: "upstream_requests_waiting",
      help: "Requests that wait for a connection.",
      labelNames,
      registers,
      collect() {
        for (const { name, waiting } of upstreams) this.set({ upstream: name }, waiting);
      },
    });
  }

  /** Opens the port of /metrics, another one than that of requests, so that no load balancer leads to it. */
  serve(): Server {
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 20 });
    return createServer((request, response) => {
      if (request.url !== "/metrics") return void response.writeHead(404).end();
      this.registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": this.registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    });
  }
}
