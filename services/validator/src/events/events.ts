// Events: the parts put together.
import type { FastifyBaseLogger } from "fastify";

import type { Access } from "../access/access.ts";
import type { Cache } from "../cache/cache.ts";
import type { Config } from "../config.ts";
import { openPool } from "../database/open.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import type { Instruments } from "../observability/instruments.ts";
import type { Sealer } from "../people/sealing.ts";
import { meterEvents } from "./metrics.ts";
import { startPruning } from "./pruning.ts";
import { createPublisher } from "./publisher.ts";
import { createRelay } from "./relay.ts";
import { eventRoutes } from "./routes.ts";
import type { OnStep } from "./steps.ts";
import { createStreams } from "./streams.ts";
import { createTail } from "./tail.ts";
import { createWebhookActs } from "./webhooks/acts.ts";
import { deadLetterRoutes } from "./webhooks/dead-letter-routes.ts";
import { createDispatcher } from "./webhooks/dispatcher.ts";
import { webhookRoutes } from "./webhooks/routes.ts";

export interface EventsParts {
  readonly config: Config;
  readonly cache: Cache;
  readonly access: Access;
  readonly sealer: Sealer;
  readonly instruments: Pick<Instruments, "counter" | "gauge">;
  readonly log: FastifyBaseLogger;
  /** For tests that stop it between two steps. */
  readonly onStep?: OnStep;
}

export interface Events {
  routes(app: FastifyTypeBox): void;
  /** Begins to relay, as soon as no other replica does. */
  start(): void;
  /** Ends the streams: their readers come back to another replica. */
  endStreams(): void;
  stop(): Promise<void>;
}

/** Milliseconds, as for what people change: a page of events is read by its keys. */
const QUERY_TIMEOUT = 5000;
const CONNECT_TIMEOUT = 1000;
/** One for the relay, the others for webhooks and streams. */
const CONNECTIONS = 3;

export function createEvents(parts: EventsParts): Events {
  const { config, cache, access, sealer, instruments, log, onStep = () => {} } = parts;
  const { origin, webhooks, relays, lease, kept } = config.events;
  // Of its own: whoever waits for events takes no connection from others.
  const pool = openPool({
    url: config.writerUrl,
    name: `validator ${config.replica}`,
    connectTimeout: CONNECT_TIMEOUT,
    queryTimeout: QUERY_TIMEOUT,
    max: CONNECTIONS,
  });
  const meters = meterEvents(instruments, {
    session: pool,
    isHolder: () => relay.isHolder,
    streams: () => streams.size,
  });
  const delivery = createDispatcher({
    pool,
    sealer,
    config: webhooks,
    origin,
    onStep,
    log,
    observe: meters.delivery,
  });
  const publisher =
    config.cacheUrl === undefined
      ? undefined
      : createPublisher({
          session: pool,
          cache,
          origin,
          onStep,
          onPublished: (events) => meters.published(events.length),
        });
  const relay = createRelay({ pool, publisher, delivery, lease, onStep, log });
  const tail = createTail({ session: pool, cache, origin });
  const { sent, streamEnded } = meters;
  const streams = createStreams({ tail, config: config.events, onSent: sent, onEnd: streamEnded });
  const acts = createWebhookActs({ sealer, policy: webhooks });
  let pruning: { stop(): Promise<void> } | undefined;

  return {
    routes(app) {
      eventRoutes(app, { access, streams });
      webhookRoutes(app, { pool, access, acts });
      deadLetterRoutes(app, { pool, access, acts });
    },
    start() {
      if (!relays) return;
      relay.start();
      pruning = startPruning({ pool, kept, isHolder: () => relay.isHolder, log });
    },
    endStreams: () => streams.end(),
    async stop() {
      streams.end();
      await pruning?.stop();
      await relay.stop();
      await pool.end();
    },
  };
}
