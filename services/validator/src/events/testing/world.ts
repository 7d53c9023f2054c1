// A service whose events are heard, for tests: its databases, its replicas, and somebody who listens.
import { Redis } from "ioredis";

import { appOn, ask, post } from "../../../test/apps.ts";
import type { TestDatabase } from "../../../test/engines.ts";
import { startPostgres } from "../../../test/postgres.ts";
import { startRedis, type TestRedis, withoutRedis } from "../../../test/redis.ts";
import { payment } from "../../../test/payments.ts";
import type { App } from "../../app.ts";
import { migrate } from "../../database/migrator.ts";
import { type Heard, hear } from "./listener.ts";
import type { Envelope } from "./receiver.ts";

export interface World {
  readonly database: TestDatabase;
  readonly redis: TestRedis | undefined;
  /** What every replica is told. */
  readonly env: Record<string, string>;
  /** A replica without a port, or with one where it `listens`; its address is then in `url`. */
  replica(env?: Record<string, string>): Promise<Replica>;
  close(): Promise<void>;
}

export interface Replica {
  readonly app: App;
  readonly url: string;
}

export async function openWorld(
  start: () => Promise<TestDatabase> = startPostgres,
  { withRedis = !withoutRedis } = {},
): Promise<World> {
  const database = await start();
  await migrate({ url: database.url(), deadline: 20_000 });
  const redis = withRedis ? await startRedis() : undefined;
  const env = {
    AUTHENTICATION: "open",
    BACKTEST_CPU_PERCENT: "0",
    EVENTS_LEASE_MS: "600",
    WEBHOOK_HTTP: "on",
    WEBHOOK_HOSTS: "127.0.0.1",
    WEBHOOK_RETRY_MS: "20",
    DATABASE_URL: database.url(),
    ...(redis && { CACHE_URL: redis.url, CACHE_TIMEOUT_MS: "2000" }),
  };
  const apps: App[] = [];
  return {
    database,
    redis,
    env,
    async replica(more = {}) {
      const app = await appOn(database.url(), { ...env, ...more });
      apps.push(app);
      const url = await app.server.listen({ host: "127.0.0.1", port: 0 });
      return { app, url };
    },
    async close() {
      await Promise.all(apps.map(({ server }) => server.close()));
      await redis?.stop();
      await database.stop();
    },
  };
}

/** Decides a payment of an account of twelve characters or more; the id of the decision. */
export async function pay(
  app: App,
  account: string,
  changes: Parameters<typeof payment>[0] = {},
): Promise<string> {
  const body = payment(changes, Date.now());
  const { status, body: answer } = await post(app, {
    ...body,
    debtor: { ...body.debtor, account: { other: account } },
  });
  if (status !== 200) throw new Error(`not decided: ${JSON.stringify(answer)}`);
  return answer.id;
}

/** Registers a webhook; its id and its secret. */
export async function register(
  app: App,
  url: string,
  more: object = {},
): Promise<{ id: string; secret: string }> {
  const { status, body } = await ask(app, {
    method: "POST",
    url: "/v1/webhooks",
    headers: { "content-type": "application/json", "x-actor": "ann" },
    payload: JSON.stringify({ url, ...more }),
  });
  if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
  return body as unknown as { id: string; secret: string };
}

/** Hears a replica's stream of events as somebody does who may hear everything. */
export function listen(url: string, query = "", headers: Record<string, string> = {}): Promise<Heard> {
  return hear(`${url}/v1/events${query}`, { "x-actor": "ann", ...headers });
}

/** Hears the channel of a kind in Redis. */
export async function subscribe(
  redis: TestRedis,
  channel: string,
): Promise<{ heard: Envelope[]; end(): void }> {
  const client = new Redis(redis.url);
  const heard: Envelope[] = [];
  client.on("error", () => {});
  client.on("message", (_channel, message: string) => void heard.push(JSON.parse(message) as Envelope));
  await client.subscribe(channel);
  return { heard, end: () => client.disconnect() };
}

/** Ids in the order in which each was seen first. */
export function firstSeen(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}
