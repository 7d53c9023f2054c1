// From a decision to whoever hears of it: in Redis, on a stream, and at a webhook.
import { Webhook } from "standardwebhooks";
import { Check } from "typebox/value";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../test/apps.ts";
import { whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { as, publish } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import { type EventKind, KINDS } from "./kinds.ts";
import { channelOf, STREAM } from "./redis.ts";
import { startReceiver, type Receiver } from "./testing/receiver.ts";
import { listen, openWorld, pay, register, type Replica, subscribe, type World } from "./testing/world.ts";

let world: World;
let replica: Replica;
let receiver: Receiver;

beforeAll(async () => {
  world = await openWorld();
  replica = await world.replica();
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver?.close();
  await world?.close();
});

test.skipIf(withoutRedis)(
  `a decision is told in Redis, on a stream and at a webhook${whyWithoutRedis}`,
  async () => {
    const { app, url } = replica;
    const { redis } = world;
    const { id: webhook, secret } = await register(app, receiver.url);
    const stream = await listen(url);
    const channel = await subscribe(redis as NonNullable<typeof redis>, channelOf("transaction.decided"));

    const id = await pay(app, "ACCOUNT-00000001");
    await until(
      () => receiver.accepted.length > 0 && stream.messages.length > 0 && channel.heard.length > 0,
      10_000,
    );

    const [message] = receiver.accepted;
    expect(message?.envelope).toMatchObject({
      version: "0",
      id,
      "detail-type": "transaction.decided",
      source: "validator",
      account: "000000000000",
      region: "local",
      resources: [`transactions/${id}`],
      detail: { transaction: id, debtorAccount: "ACCO…0001" },
    });
    expect(Check(KINDS["transaction.decided"].detail, message?.envelope.detail)).toBe(true);
    expect(new Webhook(secret).verify(message?.body ?? "", message?.headers ?? {})).toEqual(
      message?.envelope,
    );
    expect(() => new Webhook(secret).verify(`${message?.body} `, message?.headers ?? {})).toThrow(
      "No matching signature",
    );
    expect(channel.heard[0]).toEqual(message?.envelope);
    expect(stream.messages[0]).toMatchObject({ event: "transaction.decided", envelope: message?.envelope });
    expect(stream.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(stream.retry).toBeGreaterThan(0);
    const [entry] = (await redis?.client.xrange(STREAM, "-", "+")) ?? [];
    expect(entry?.[0]).toBe(`${stream.messages[0]?.id}-0`);

    stream.end();
    channel.end();
    const gone = await ask(app, {
      method: "DELETE",
      url: `/v1/webhooks/${webhook}`,
      headers: { "x-actor": "ann" },
    });
    expect(gone.status).toBe(204);
  },
);

test("what people do is told as its kind promises, and to the letter", async () => {
  const { app, url } = replica;
  const stream = await listen(url);
  const version = await publish(app);
  const invited = { name: "eve@bank.example", displayName: "Eve", roles: ["viewer"] };
  await as("ann", app, "POST", "/v1/people", invited);
  await as("ann", app, "POST", "/v1/people/eve@bank.example/lock", { reason: "left" });
  await as("ann", app, "POST", "/v1/people/eve@bank.example/unlock", { reason: "is back" });
  const wanted = ["rule-set.published", "person.locked", "person.unlocked"];
  await until(() => wanted.every((kind) => stream.messages.some(({ event }) => event === kind)), 10_000);
  for (const { event, envelope } of stream.messages) {
    const { detail } = KINDS[event as EventKind];
    expect([event, Check(detail, envelope.detail)]).toEqual([event, true]);
    expect(Object.keys(envelope.detail).filter((name) => !(name in detail.properties))).toEqual([]);
  }
  const told = stream.messages.filter(({ event }) => wanted.includes(event));
  expect(told.map(({ event }) => event)).toEqual(wanted);
  expect(told[0]?.envelope.detail).toMatchObject({ version, by: "bob" });
  expect(told[1]?.envelope.detail).toEqual({ person: "eve@bank.example", by: "ann" });
  stream.end();
});
