import { setTimeout as delay } from "node:timers/promises";

import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  handleWhen,
  SamplingBreaker,
} from "cockatiel";
import { type Dispatcher, Pool } from "undici";

import type { UpstreamAnswer } from "./answer.ts";
import { attempt, type Waiter } from "./attempt.ts";
import type { Body } from "./bodies.ts";
import type { Exchange } from "./exchanges.ts";
import { failureOf, type UpstreamFailure } from "./failures.ts";
import { pauseBefore, RetryBudget, type RetrySettings } from "./retries.ts";

/** Times are milliseconds. */
export interface UpstreamSettings {
  readonly connections: number;
  /** For uploads and streams of events, which keep theirs for long: so many may be under way. */
  readonly longConnections: number;
  readonly connectTimeout: number;
  /** Until the head of the answer is there. */
  readonly answerTimeout: number;
  /** As `answerTimeout`, from the last part of an upload. */
  readonly uploadTimeout: number;
  /** Between two parts of a body. */
  readonly bodyTimeout: number;
  /** Connections get no older, so that replicas that came later get their share of requests. */
  readonly connectionAge: number;
  /** An idle connection is closed before its other side, which may be about to end, would do so. */
  readonly idle: number;
  readonly retry: RetrySettings;
  readonly breaker: BreakerSettings;
}

/** When so many attempts have failed, nothing more is sent for a while; then one request tries whether it is better. */
export interface BreakerSettings {
  /** Share of the attempts that fail, from 0 to 1, over `during` milliseconds. */
  readonly share: number;
  readonly during: number;
  /** Attempts a second below which it stays closed. */
  readonly leastPerSecond: number;
  readonly openFor: number;
}

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: NonNullable<Dispatcher.RequestOptions["headers"]>;
  /** Bytes can be sent again; what is streamed cannot. */
  readonly body: Body;
  readonly waiter: Waiter;
  /** Whether it may be sent again although it may have been carried out. */
  readonly isRepeatable: boolean;
  readonly exchange: Exchange;
}

export type UpstreamState = "closed" | "open" | "half-open";

/** Told of each attempt: what came of it, or that there was none. */
export type AttemptOutcome = "answered" | "retried" | "gone" | UpstreamFailure["kind"];

/** A service that requests are forwarded to: its connections, its circuit breaker, and how often it is asked again. */
export class Upstream {
  readonly name: string;
  readonly url: URL;
  /** Called after each attempt. */
  onAttempt: (outcome: AttemptOutcome) => void = () => {};
  /** Called when the breaker opens, tries, or closes. */
  onState: (state: UpstreamState) => void = () => {};
  readonly #settings: UpstreamSettings;
  readonly #pool: Pool;
  /** Of its own, so that what takes long keeps nobody else waiting. */
  readonly #longPool: Pool;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #budget = new RetryBudget();
  readonly #random: () => number;

  constructor(name: string, url: string, settings: UpstreamSettings, random: () => number = Math.random) {
    this.name = name;
    this.url = new URL(url);
    this.#settings = settings;
    this.#random = random;
    this.#pool = this.#poolOf(settings.connections, settings.answerTimeout);
    this.#longPool = this.#poolOf(settings.longConnections, settings.uploadTimeout);
    const { share, during, leastPerSecond, openFor } = settings.breaker;
    const breaker = new SamplingBreaker({ threshold: share, duration: during, minimumRps: leastPerSecond });
    // A caller that hangs up says nothing about the backend.
    const counts = handleWhen((error) => failureOf(error) !== null);
    this.#breaker = circuitBreaker(counts, { halfOpenAfter: openFor, breaker });
    this.#breaker.onStateChange(() => this.onState(this.state));
  }

  get state(): UpstreamState {
    switch (this.#breaker.state) {
      case CircuitState.Open:
      case CircuitState.Isolated:
        return "open";
      case CircuitState.HalfOpen:
        return "half-open";
      default:
        return "closed";
    }
  }

  /** Requests that wait for a connection. */
  get waiting(): number {
    return this.#pool.stats.pending;
  }

  /** Sends a request, again where that is safe, and returns when the head of the answer is there. @throws UpstreamFailure */
  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { waiter, isRepeatable, body } = request;
    const isWhole = body === null || Buffer.isBuffer(body);
    this.#budget.noteRequest();
    for (let retry = 1; ; retry++) {
      try {
        const answer = await this.#attempt(request);
        this.onAttempt("answered");
        return answer;
      } catch (error) {
        const failure = failureOf(error);
        this.onAttempt(failure?.kind ?? "gone");
        if (failure === null) throw error;
        const isSafe =
          isWhole && (failure.kind === "unreachable" || (isRepeatable && failure.kind !== "open"));
        if (!isSafe || retry > this.#settings.retry.retries || !this.#budget.take()) throw failure;
        await delay(pauseBefore(retry, this.#settings.retry, this.#random));
        if (waiter.hasLeft) throw failure;
        this.onAttempt("retried");
      }
    }
  }

  /** Whether one more upload or stream of events may be under way. */
  get hasRoom(): boolean {
    const { running, queued } = this.#longPool.stats;
    return running + queued < this.#settings.longConnections;
  }

  /** Ends its connections once what is under way on them is over. */
  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#longPool.close()]);
  }

  #poolOf(connections: number, headersTimeout: number): Pool {
    const { connectTimeout, bodyTimeout, idle, connectionAge } = this.#settings;
    return new Pool(this.url.origin, {
      connections,
      pipelining: 1,
      connectTimeout,
      headersTimeout,
      bodyTimeout,
      keepAliveTimeout: idle,
      keepAliveMaxTimeout: idle,
      clientTtl: connectionAge,
    });
  }

  #attempt({ method, path, headers, body, waiter, exchange }: UpstreamRequest): Promise<UpstreamAnswer> {
    // One request tries; whoever comes meanwhile need not wait for it.
    if (this.#breaker.state === CircuitState.HalfOpen) return Promise.reject(new BrokenCircuitError());
    const pool = exchange === "call" ? this.#pool : this.#longPool;
    return this.#breaker.execute(() =>
      attempt(pool, { method: method as Dispatcher.HttpMethod, path, headers, body }, waiter),
    );
  }
}
