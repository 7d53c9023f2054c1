import { hostname } from "node:os";
import { fileURLToPath } from "node:url";

import { Environment } from "../../proxy/src/environment.ts";
import type { LifeSettings } from "../../proxy/src/life.ts";
import { LOG_LEVELS } from "../../proxy/src/log.ts";
import type { ServerSettings } from "../../proxy/src/server.ts";
import type { UpstreamSettings } from "../../proxy/src/upstream.ts";

/** Everything that the environment decides. Times are milliseconds. */
export interface Config {
  readonly zone: string;
  readonly replica: string;
  readonly life: LifeSettings;
  readonly server: ServerSettings;
  readonly metricsPort: number | undefined;
  /** The folder of the files. */
  readonly files: string;
  readonly gatewayUrl: string;
  /** What is for the gateway: with a slash at its end everything below it. */
  readonly forwarded: readonly string[];
  readonly mostBody: number;
  readonly upstream: UpstreamSettings;
  readonly logLevel: string;
}

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));

/** Reads the environment; throws ConfigError with all its problems. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const env = new Environment(variables);
  const config: Config = {
    zone: env.text("ZONE", "local"),
    replica: env.text("REPLICA", `${hostname()}-${process.pid}`),
    life: {
      host: env.text("HOST", "127.0.0.1"),
      port: env.whole("PORT", 8080, 0, 65_535),
      drainDelay: env.whole("DRAIN_DELAY_MS", 0, 0, 300_000),
      shutdownDeadline: env.whole("SHUTDOWN_DEADLINE_MS", 25_000, 100, 600_000),
    },
    server: {
      requestTimeout: env.whole("REQUEST_TIMEOUT_MS", 30_000, 100, 3_600_000),
      headersTimeout: env.whole("HEADERS_TIMEOUT_MS", 10_000, 100, 600_000),
      mostConnections: env.whole("MAX_CONNECTIONS", 10_000, 1, 1_000_000),
    },
    metricsPort: env.find("METRICS_PORT") === undefined ? undefined : env.whole("METRICS_PORT", 0, 0, 65_535),
    files: env.text("FILES", PUBLIC),
    gatewayUrl: env.neededUrl("GATEWAY_URL", ["http:", "https:"]),
    forwarded: env.text("FORWARDED_PATHS", "/v1/ /openapi.json").split(" "),
    mostBody: env.whole("MAX_BODY_BYTES", 4 * 1024 * 1024, 0, 2 ** 40),
    upstream: {
      connections: env.whole("UPSTREAM_CONNECTIONS", 128, 1, 10_000),
      connectTimeout: env.whole("CONNECT_TIMEOUT_MS", 1000, 10, 60_000),
      // Longer than the gateway takes that asks its backend again.
      answerTimeout: env.whole("ANSWER_TIMEOUT_MS", 15_000, 10, 600_000),
      bodyTimeout: env.whole("BODY_TIMEOUT_MS", 30_000, 10, 600_000),
      connectionAge: env.whole("CONNECTION_AGE_MS", 30_000, 100, 3_600_000),
      idle: env.whole("CONNECTION_IDLE_MS", 1000, 100, 600_000),
      retry: { retries: env.whole("RETRIES", 2, 0, 10), base: 25, cap: 500 },
      breaker: { share: 0.5, during: 10_000, leastPerSecond: 2, openFor: 1000 },
    },
    logLevel: env.choice("LOG_LEVEL", LOG_LEVELS, "info"),
  };
  if (!config.forwarded.every((path) => path.startsWith("/")))
    env.refuse("FORWARDED_PATHS must be paths with spaces between");
  env.check();
  return config;
}
