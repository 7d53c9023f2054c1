import { hostname } from "node:os";

import type { Environment } from "./environment.ts";
import type { Forwarding } from "./forward.ts";
import type { LifeSettings } from "./life.ts";
import { LOG_LEVELS } from "./log.ts";
import type { ServerSettings } from "./server.ts";
import type { UpstreamSettings } from "./upstream.ts";

/** What the environment decides of every service that stands before others. Times are milliseconds. */
export interface ServiceSettings {
  readonly zone: string;
  /** Name of this replica: in log lines and spans. */
  readonly replica: string;
  readonly life: LifeSettings;
  readonly server: ServerSettings;
  readonly bodyTimes: Forwarding["bodyTimes"];
  /** Port of /metrics, of its own; undefined is none. */
  readonly metricsPort: number | undefined;
  readonly logLevel: string;
}

export function readServiceSettings(
  env: Environment,
  { port, drainDelay }: { readonly port: number; readonly drainDelay: number },
): ServiceSettings {
  return {
    zone: env.text("ZONE", "local"),
    replica: env.text("REPLICA", `${hostname()}-${process.pid}`),
    life: {
      host: env.text("HOST", "127.0.0.1"),
      port: env.whole("PORT", port, 0, 65_535),
      drainDelay: env.whole("DRAIN_DELAY_MS", drainDelay, 0, 300_000),
      shutdownDeadline: env.whole("SHUTDOWN_DEADLINE_MS", 25_000, 100, 600_000),
    },
    server: {
      headersTimeout: env.whole("HEADERS_TIMEOUT_MS", 10_000, 100, 600_000),
      mostConnections: env.whole("MAX_CONNECTIONS", 10_000, 1, 1_000_000),
    },
    bodyTimes: {
      within: env.whole("REQUEST_TIMEOUT_MS", 30_000, 100, 3_600_000),
      idle: env.whole("BODY_TIMEOUT_MS", 30_000, 10, 600_000),
    },
    metricsPort: env.find("METRICS_PORT") === undefined ? undefined : env.whole("METRICS_PORT", 0, 0, 65_535),
    logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
  };
}

/** How a service asks another one. @param answerTimeout by default: longer than whoever is asked tries by itself. */
export function readUpstreamSettings(
  env: Environment,
  {
    answerTimeout,
    uploadTimeout,
    pauses,
  }: {
    readonly answerTimeout: number;
    readonly uploadTimeout: number;
    readonly pauses: { base: number; cap: number };
  },
): Omit<UpstreamSettings, "breaker"> {
  return {
    connections: env.whole("UPSTREAM_CONNECTIONS", 128, 1, 10_000),
    longConnections: env.whole("LONG_CONNECTIONS", 1000, 1, 100_000),
    connectTimeout: env.whole("CONNECT_TIMEOUT_MS", 1000, 10, 60_000),
    answerTimeout: env.whole("ANSWER_TIMEOUT_MS", answerTimeout, 10, 600_000),
    uploadTimeout: env.whole("UPLOAD_TIMEOUT_MS", uploadTimeout, 10, 3_600_000),
    bodyTimeout: env.whole("BODY_TIMEOUT_MS", 30_000, 10, 600_000),
    connectionAge: env.whole("CONNECTION_AGE_MS", 30_000, 100, 3_600_000),
    idle: env.whole("CONNECTION_IDLE_MS", 1000, 100, 600_000),
    retry: { retries: env.whole("RETRIES", 2, 0, 10), ...pauses },
  };
}
