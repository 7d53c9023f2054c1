import { Environment } from "../../proxy/src/environment.ts";
import { readServiceSettings, readUpstreamSettings, type ServiceSettings } from "../../proxy/src/settings.ts";
import type { UpstreamSettings } from "../../proxy/src/upstream.ts";
import { type AccessConfig, readAccessConfig } from "./access/config.ts";
import type { LimitSettings } from "./limits/limits.ts";
import { readTracingSettings, type TracingSettings } from "./observability/tracing.ts";
import { parseRoutes, type Route, urlVariable } from "./routing/routes.ts";

/** Everything that the environment decides. Times are milliseconds. */
export interface Config extends ServiceSettings {
  readonly routes: readonly Route[];
  /** The URL of each service that a route leads to. */
  readonly upstreams: ReadonlyMap<string, string>;
  readonly upstream: UpstreamSettings;
  /** Requests that may be under way at once; one more is answered with 503. */
  readonly mostInFlight: number;
  /** Redis; undefined where there is none, and each replica limits on its own. */
  readonly cacheUrl: string | undefined;
  readonly cacheTimeout: number;
  readonly limits: LimitSettings;
  /** Whose word about where a request came from is believed: how many hops, or addresses as Express takes them. */
  readonly trustedProxies: number | string;
  readonly access: AccessConfig;
  readonly tracing: TracingSettings | undefined;
}

/** Those that the load balancer, and services in the same network, have: loopback and private addresses. */
const PRIVATE = "loopback, linklocal, uniquelocal";
const HTTP = ["http:", "https:"];

/** Reads the environment; throws ConfigError with all its problems. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const env = new Environment(variables);
  const routes = readRoutes(env);
  const services = [...new Set(routes.map(({ to }) => to))];
  const span = env.whole("LIMIT_WINDOW_MS", 60_000, 100, 86_400_000);
  const trusted = env.text("TRUSTED_PROXIES", PRIVATE);
  const config: Config = {
    ...readServiceSettings(env, { port: 3000, drainDelay: 2000 }),
    routes,
    upstreams: new Map(services.map((service) => [service, env.neededUrl(urlVariable(service), HTTP)])),
    upstream: {
      // Longer than a backend takes that waits for its database's failover and then says so itself.
      ...readUpstreamSettings(env, {
        answerTimeout: 6000,
        uploadTimeout: 60_000,
        pauses: { base: 50, cap: 1000 },
      }),
      breaker: {
        share: env.whole("BREAKER_PERCENT", 50, 1, 99) / 100,
        during: env.whole("BREAKER_WINDOW_MS", 10_000, 1000, 600_000),
        leastPerSecond: env.whole("BREAKER_LEAST_PER_SECOND", 2, 0, 10_000),
        openFor: env.whole("BREAKER_OPEN_MS", 1000, 10, 600_000),
      },
    },
    mostInFlight: env.whole("MAX_IN_FLIGHT", 2000, 1, 100_000),
    cacheUrl: env.url("CACHE_URL", ["redis:", "rediss:"]),
    cacheTimeout: env.whole("CACHE_TIMEOUT_MS", 100, 10, 10_000),
    limits: {
      address: { limit: env.whole("ADDRESS_LIMIT", 30_000, 1, 1_000_000), span },
      key: { limit: env.whole("KEY_LIMIT", 6000, 1, 1_000_000), span },
    },
    trustedProxies: /^\d{1,2}$/.test(trusted) ? Number(trusted) : trusted,
    access: readAccessConfig(env),
    tracing: readTracingSettings(env),
  };
  env.check();
  return config;
}

function readRoutes(env: Environment): readonly Route[] {
  try {
    return parseRoutes(env.find("ROUTES"));
  } catch (error) {
    env.refuse(`ROUTES is not a list of routes: ${(error as Error).message}`);
    return [];
  }
}
