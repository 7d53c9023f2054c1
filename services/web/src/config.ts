import { fileURLToPath } from "node:url";

import { Environment } from "../../proxy/src/environment.ts";
import { readServiceSettings, readUpstreamSettings, type ServiceSettings } from "../../proxy/src/settings.ts";
import type { UpstreamSettings } from "../../proxy/src/upstream.ts";

/** Everything that the environment decides. Times are milliseconds. */
export interface Config extends ServiceSettings {
  /** The folder of the files. */
  readonly files: string;
  readonly gatewayUrl: string;
  /** What is for the gateway: with a slash at its end everything below it. */
  readonly forwarded: readonly string[];
  /** Where a POST with an Idempotency-Key is carried out once, however often it comes. */
  readonly honoursKeys: readonly string[];
  readonly mostBody: number;
  readonly upload: { readonly path: string; readonly mostBody: number };
  /** The path of the stream of events. */
  readonly events: string;
  readonly upstream: UpstreamSettings;
}

const PUBLIC = fileURLToPath(new URL("../public", import.meta.url));

/** Reads the environment; throws ConfigError with all its problems. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const env = new Environment(variables);
  const config: Config = {
    ...readServiceSettings(env, { port: 8080, drainDelay: 0 }),
    files: env.text("FILES", PUBLIC),
    gatewayUrl: env.neededUrl("GATEWAY_URL", ["http:", "https:"]),
    forwarded: env.text("FORWARDED_PATHS", "/v1/ /openapi.json /.well-known/jwks.json").split(" "),
    honoursKeys: env.text("KEYED_PATHS", "/v1/transactions /v1/uploads").split(" "),
    mostBody: env.whole("MAX_BODY_BYTES", 4 * 1024 * 1024, 0, 2 ** 40),
    upload: {
      path: env.text("UPLOAD_PATH", "/v1/uploads"),
      mostBody: env.whole("MAX_UPLOAD_BYTES", 2 * 1024 ** 3, 0, 2 ** 40),
    },
    events: env.text("EVENTS_PATH", "/v1/events"),
    upstream: {
      // Longer than the gateway takes that asks its backend again.
      ...readUpstreamSettings(env, {
        answerTimeout: 15_000,
        uploadTimeout: 75_000,
        pauses: { base: 25, cap: 500 },
      }),
      breaker: { share: 0.5, during: 10_000, leastPerSecond: 2, openFor: 1000 },
    },
  };
  if (!config.forwarded.every((path) => path.startsWith("/")))
    env.refuse("FORWARDED_PATHS must be paths with spaces between");
  env.check();
  return config;
}
