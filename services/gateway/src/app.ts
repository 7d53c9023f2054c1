import { readFileSync } from "node:fs";

import express from "express";

import { EventStreams } from "../../proxy/src/event-streams.ts";
import { createLog } from "../../proxy/src/log.ts";
import { Metrics } from "../../proxy/src/metrics.ts";
import { createStrictServer } from "../../proxy/src/server.ts";
import type { App } from "../../proxy/src/start.ts";
import { Upstream } from "../../proxy/src/upstream.ts";
import { ApiKeys } from "./access/api-keys.ts";
import { createTokenVerifier } from "./access/tokens.ts";
import type { Config } from "./config.ts";
import { healthRoutes } from "./health.ts";
import { Limits } from "./limits/limits.ts";
import { openSharedStore } from "./limits/shared-store.ts";
import { createTracing } from "./observability/tracing.ts";
import { admitRequests } from "./pipeline/admit.ts";
import { beginRequests } from "./pipeline/begin.ts";
import { answerErrors } from "./pipeline/errors.ts";
import { proxyRequests } from "./pipeline/proxy.ts";
import { createRouter } from "./routing/routes.ts";
import { StaleAnswers } from "./stale/stale-answers.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The whole gateway without a port. */
export function buildApp(config: Config): App {
  const { zone, replica, limits, access } = config;
  const log = createLog(config.logLevel, { zone, replica });
  const metrics = new Metrics();
  const tracing = config.tracing && createTracing(config.tracing, { zone, replica, version });
  const upstreams = new Map(
    [...config.upstreams].map(([name, url]) => [name, new Upstream(name, url, config.upstream)]),
  );
  for (const upstream of upstreams.values())
    upstream.onState = (state) =>
      log.warn({ upstream: upstream.name, state }, "the circuit breaker has changed");
  metrics.watch([...upstreams.values()]);
  const store =
    config.cacheUrl === undefined
      ? undefined
      : openSharedStore(config.cacheUrl, config.cacheTimeout, `gateway ${replica}`, log);
  if (!store) log.warn("CACHE_URL is not given: each replica limits on its own");
  const state = { draining: false };
  const streams = new EventStreams();
  const onRefused = metrics.counter(
    "rate_limited_total",
    "Requests that were more than a caller may send.",
    "policy",
  );

  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.set("query parser", false).set("trust proxy", config.trustedProxies);
  healthRoutes(app, { zone, version, upstreams, store, state });
  app.use(
    beginRequests({ config, metrics, tracing, state }),
    admitRequests({
      routeOf: createRouter(config.routes),
      upstreams,
      access: {
        authentication: access.authentication,
        tokens: access.tokens && createTokenVerifier(access.tokens),
        keys: access.keysPath === undefined ? undefined : new ApiKeys(access.keysPath),
      },
      limits: new Limits(limits, store),
      onRefused,
    }),
    proxyRequests(upstreams, new StaleAnswers(), { bodyTimes: config.bodyTimes, streams }),
  );
  app.use(answerErrors(log));

  return {
    server: createStrictServer(config.server, app),
    log,
    metrics,
    drain() {
      state.draining = true;
    },
    endStreams: () => streams.end(),
    async close() {
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
      store?.close();
      await tracing?.close();
    },
  };
}
