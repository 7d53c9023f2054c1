import compress from "@fastify/compress";
import swagger from "@fastify/swagger";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

import { openAccess } from "./access/open.ts";
import { accessRoutes } from "./access/routes.ts";
import { createBacktests } from "./backtests/backtests.ts";
import { absentCache } from "./cache/absent.ts";
import { createBusiness } from "./business/business.ts";
import { meterVolume } from "./business/metrics.ts";
import { meterCache } from "./cache/metrics.ts";
import { openRedis } from "./cache/redis.ts";
import { createCasework } from "./cases/casework.ts";
import type { Config } from "./config.ts";
import { readMigrations } from "./database/migrations.ts";
import { engineOf } from "./database/session.ts";
import { connectDedicated, openPools } from "./database/pools.ts";
import { decisionRoutes } from "./decisions/routes.ts";
import { createDecisionService } from "./decisions/service.ts";
import { loadDocuments } from "./documents/load.ts";
import { graphqlRoutes } from "./graphql/routes.ts";
import { createSources } from "./graphql/sources.ts";
import { createEvents } from "./events/events.ts";
import { createReadiness } from "./health/readiness.ts";
import { healthRoutes } from "./health/routes.ts";
import { COMPRESSION, createServer } from "./http/server.ts";
import { meterDecisions } from "./observability/decisions.ts";
import { createInstruments, type Instruments } from "./observability/instruments.ts";
import { gaugeState } from "./observability/metrics.ts";
import { meterRequests } from "./observability/requests.ts";
import { traceRequests } from "./observability/traced-requests.ts";
import { createTracing } from "./observability/tracing.ts";
import { describeApi } from "./openapi/document.ts";
import { openApiRoutes } from "./openapi/routes.ts";
import { createPeople, openSealer } from "./people/people.ts";
import { createSigningKeys } from "./people/signing-keys.ts";
import { ownTokens } from "./people/tokens.ts";
import { createRules } from "./rule-sets/rules.ts";
import { keepScreening } from "./screening/keeper.ts";
import { screeningRoutes } from "./screening/routes.ts";
import { createScreeningSource } from "./screening/source.ts";
import { createSnapshots } from "./snapshots/snapshots.ts";
import { transactionRoutes } from "./transactions/routes.ts";
import { createUploads } from "./uploads/uploads.ts";
import { createKeeper } from "./velocity/keeper.ts";
import { createRedisVelocity } from "./velocity/redis.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

export interface App {
  server: FastifyInstance;
  instruments: Instruments;
  /** From now on /readyz says 503 and connections are not kept alive; everything is still answered. */
  drain(): void;
}

/** Milliseconds that a write may go on for after its request was answered with 503. */
const WRITE_OVERRUN = 3000;

/** The whole service without a port: `server.listen` opens one, `server.inject` does without, `server.close` ends it. */
export async function buildApp(config: Config, now: () => number = Date.now): Promise<App> {
  const server = createServer(config);
  const instruments = createInstruments();
  const { fees } = config.business;
  const observer = meterVolume({ instruments, fees, now }, meterDecisions(instruments));
  const cacheObserver = meterCache(instruments);
  const { zone, replica, observability } = config;
  const tracing =
    observability.tracing && createTracing({ ...observability.tracing, version, zone, replica });
  const pools = openPools(config, server.log);
  const cache =
    config.cacheUrl === undefined
      ? absentCache(server.log)
      : openRedis({
          url: config.cacheUrl,
          timeout: config.cacheTimeout,
          name: `validator ${config.replica}`,
          log: server.log,
          observe: cacheObserver.command,
        });
  const documents = config.documents && (await loadDocuments(config.documents, `validator ${replica}`));
  const sealer = openSealer(config.people, server.log);
  const keys = createSigningKeys({ pool: pools.administration, sealer, log: server.log, now });
  const { access, directory } = openAccess(
    config.access,
    pools.administration,
    server.log,
    now,
    ownTokens(keys, now),
  );
  const people = createPeople({
    config: config.people,
    pool: pools.administration,
    cache,
    access,
    directory,
    sealer,
    keys,
    instruments,
    now,
    onLocked: (person, actor) => casework.releaseAllOf(person, actor),
  });
  const rules = createRules({
    pool: pools.administration,
    cache,
    access,
    poll: config.rulesPoll,
    log: server.log,
  });
  const velocity = createRedisVelocity({
    cache,
    owner: randomUUID(),
    claimTtl: config.storeDeadline,
    timeout: config.velocityTimeout,
    onObserved: observer.windows,
    onFigures: cacheObserver.figures,
  });
  rules.watcher.onSwap(({ live, shadows }) => {
    velocity.define([live, ...shadows].flatMap(({ aggregates }) => aggregates));
  });
  const keeper = createKeeper({
    cache,
    velocity,
    pool: pools.administration,
    connect: () => connectDedicated(config),
    settle: config.rulesPoll + config.storeDeadline + WRITE_OVERRUN,
    storeDeadline: config.storeDeadline,
    now,
    log: server.log,
  });
  const source = createScreeningSource(pools.administration);
  const screening = keepScreening({ source, watcher: rules.watcher, log: server.log });
  const decisions = createDecisionService({
    config,
    pools,
    rules: () => rules.watcher.current,
    velocity,
    screen: observer.screening((name) => source.screen(name, now())),
    observer,
    tracing,
    engine: version,
    log: server.log,
    now,
  });
  const backtests = createBacktests({ config, pools, access, change: rules.change, log: server.log });
  const { pipeline } = decisions;
  const uploads = await createUploads({
    config,
    pools,
    pipeline,
    access,
    change: rules.change,
    log: server.log,
    now,
  });
  const casework = createCasework({
    config: config.cases,
    pool: pools.administration,
    documents,
    access,
    instruments,
    log: server.log,
    now,
  });
  const events = createEvents({ config, cache, access, sealer, instruments, log: server.log });
  const business = createBusiness({
    config: config.business,
    pool: pools.administration,
    log: server.log,
    now,
  });
  const snapshots = createSnapshots({ pool: pools.administration, documents, log: server.log });
  const migrations = await readMigrations(engineOf(config.writerUrl));
  const readiness = createReadiness(pools.lookup, migrations.length, rules.state, () => screening.isRead);

  gaugeState(instruments, { pools, cache, watcher: rules.watcher, decisions, source, velocity, backtests });

  traceRequests(server, tracing);
  meterRequests(server, instruments);
  access.guard(server);
  await server.register(compress, COMPRESSION);
  await server.register(swagger, describeApi(version));
  await server.register(async (scope) => {
    const app = scope.withTypeProvider<TypeBoxTypeProvider>();
    healthRoutes(app, { zone: config.zone, version, readiness });
    transactionRoutes(app, { pipeline, now });
    uploads.routes(app);
    const { reader, findRuleSet } = decisions;
    decisionRoutes(app, { reader, findRuleSet, engine: version, deadline: config.storeDeadline });
    rules.routes(app);
    screeningRoutes(app, { pool: pools.administration, change: rules.change, access, source });
    backtests.routes(app);
    casework.routes(app);
    people.routes(app);
    snapshots.routes(app);
    events.routes(app);
    business.routes(app);
    accessRoutes(app, { pool: pools.administration, access, directory });
    openApiRoutes(app, server.swagger);
    const sources = createSources({ session: pools.administration, reader, cases: casework.store });
    graphqlRoutes(app, { sources, deadline: config.storeDeadline, now });
  });

  let draining = false;
  server.addHook("onSend", (_request, reply, payload, done) => {
    if (draining) reply.header("connection", "close");
    done(null, payload);
  });
  // Streams are requests that end by nobody else.
  server.addHook("preClose", async () => events.endStreams());
  // Runs after the last request was answered.
  server.addHook("onClose", async () => {
    await uploads.stop();
    await decisions.close();
    await keeper.stop();
    await backtests.stop();
    screening.stop();
    await casework.stop();
    await snapshots.stop();
    await business.stop();
    await events.stop();
    await people.stop();
    await rules.stop();
    cache.close();
    await documents?.close();
    await pools.close();
    await tracing?.close();
  });
  screening.start();
  await rules.start();
  backtests.start();
  casework.start();
  snapshots.start();
  business.start();
  events.start();
  if (config.cacheUrl !== undefined) keeper.start();

  return {
    server,
    instruments,
    drain() {
      draining = true;
      readiness.drain();
      events.endStreams();
    },
  };
}
