// Databases that are away or forget, and replicas that die: what was decided is told all the same.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startPostgres } from "../../test/postgres.ts";
import { whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { channelOf, STREAM } from "./redis.ts";
import type { Heard } from "./testing/listener.ts";
import { type Receiver, startReceiver } from "./testing/receiver.ts";
import { startRelay } from "./testing/relay-child.ts";
import {
  firstSeen,
  listen,
  openWorld,
  pay,
  register,
  type Replica,
  subscribe,
  type World,
} from "./testing/world.ts";

const DEADLINE = 25_000;
const ACCOUNT = "ACCOUNT-00000001";

describe.skipIf(withoutRedis)(`events in an outage${whyWithoutRedis}`, () => {
  let world: World;
  let redis: NonNullable<World["redis"]>;
  let replica: Replica;
  let receiver: Receiver;
  let heard: Heard;
  const paid: string[] = [];

  beforeAll(async () => {
    world = await openWorld();
    redis = world.redis as NonNullable<World["redis"]>;
    replica = await world.replica({ EVENTS_RELAY: "off" });
    receiver = await startReceiver();
    await register(replica.app, receiver.url, { kinds: ["transaction.decided"] });
    heard = await listen(replica.url, "?kinds=transaction.decided");
  });
  afterAll(async () => {
    heard?.end();
    await receiver?.close();
    await world?.close();
  });

  async function payTimes(count: number): Promise<void> {
    for (let left = count; left > 0; left--) paid.push(await pay(replica.app, ACCOUNT));
  }

  /** All that was paid was delivered and heard, in its order. */
  async function expectAll(): Promise<void> {
    const told = [
      () => receiver.accepted.map(({ id }) => id),
      () => heard.messages.map(({ envelope }) => envelope.id),
    ];
    for (const ids of told) {
      await until(() => paid.every((id) => ids().includes(id)), DEADLINE);
      expect(firstSeen(ids())).toEqual(paid);
    }
  }

  const streamed = async () =>
    (await redis.client.xrange(STREAM, "-", "+")).map(
      ([, fields]) => JSON.parse(fields[3] ?? "").id as string,
    );

  test("of two replicas that relay, each takes over from the other within the lease", async () => {
    const relays = [startRelay(world.env), startRelay(world.env)];
    try {
      await payTimes(2);
      await expectAll();
      for (const index of [0, 1]) {
        await relays[index]?.kill();
        relays[index] = startRelay(world.env);
        await payTimes(2);
        await expectAll();
      }
    } finally {
      await Promise.all(relays.map((relay) => relay.kill()));
    }
  });

  test("with Redis away people hear of events, and Redis gets what it has missed, also when it forgot all", async () => {
    const relay = startRelay(world.env);
    try {
      await payTimes(2);
      await expectAll();
      const count = paid.length;
      await redis.kill();
      await payTimes(3);
      await expectAll();
      await redis.start();
      const channel = await subscribe(redis, channelOf("transaction.decided"));
      await until(async () => (await streamed()).length >= paid.length, DEADLINE);
      const decisions = (await streamed()).filter((id) => paid.includes(id));
      expect(decisions, "an empty stream is filled again").toEqual(paid);
      await payTimes(1);
      await expectAll();
      await until(() => channel.heard.some(({ id }) => id === paid.at(-1)), DEADLINE);
      expect(count).toBeLessThan(paid.length);
      channel.end();
    } finally {
      await relay.kill();
    }
  });

  test("a database that is killed and comes back loses nobody's event", async () => {
    const relay = startRelay(world.env);
    try {
      await payTimes(3);
      await world.database.kill();
      await world.database.start();
      // A decision whose answer was lost may be stored and told too: here each is answered.
      await until(async () => {
        const id = await pay(replica.app, ACCOUNT).catch(() => undefined);
        if (id !== undefined) paid.push(id);
        return id !== undefined;
      }, DEADLINE);
      await payTimes(3);
      await expectAll();
    } finally {
      await relay.kill();
    }
  });

  test("after a failover that lost the newest of the log, what is new is told, and Redis holds nothing else", async () => {
    const relay = startRelay(world.env);
    try {
      await payTimes(2);
      await expectAll();
      const { rows } = await world.database.query("select * from event_relay");
      await payTimes(3);
      await expectAll();
      await relay.kill();
      // What a standby has that was behind: neither the last entries of the log nor the place that was reached.
      const [{ links_read, logged }] = rows;
      const lost = paid.splice(-3);
      await world.database.query(
        `with log as (delete from event_log where last > $1),
           hooks as (update webhooks set handled = least(handled, $1)),
           links as (delete from audit_links where ids && $3::uuid[]),
           gone as (delete from decisions where id = any($3::uuid[]))
         update event_relay set links_read = $2, logged = $1, durable = $1, published = $1`,
        [logged, links_read, lost],
      );
      const next = startRelay(world.env);
      try {
        receiver.accepted.splice(0);
        await payTimes(4);
        const fresh = paid.slice(-4);
        await until(() => fresh.every((id) => receiver.accepted.some((each) => each.id === id)), DEADLINE);
        await until(
          async () => fresh.every((id) => heard.messages.some(({ envelope }) => envelope.id === id)),
          DEADLINE,
        );
        await until(async () => (await streamed()).includes(fresh.at(-1) ?? ""), DEADLINE);
        const kept = await streamed();
        for (const id of fresh) expect(kept).toContain(id);
        for (const id of lost) expect(kept).not.toContain(id);
      } finally {
        await next.kill();
      }
    } finally {
      await relay.kill();
    }
  });
});

test("a database copied into another cluster goes on with what is new there, and tells nothing twice", async () => {
  const world = await openWorld(startPostgres, { withRedis: false });
  const receiver = await startReceiver();
  try {
    const replica = await world.replica({ EVENTS_RELAY: "off" });
    await register(replica.app, receiver.url, { kinds: ["transaction.decided"] });
    const relay = startRelay(world.env);
    const before = [await pay(replica.app, ACCOUNT), await pay(replica.app, ACCOUNT)];
    await until(() => before.every((id) => receiver.accepted.some((each) => each.id === id)), DEADLINE);
    // Else they would be told again, for that reason.
    await until(async () => {
      const { rows } = await world.database.query("select handled from webhooks");
      return Number(rows[0].handled) >= 2;
    }, DEADLINE);
    await relay.kill();
    // The copy has the old numbers, which are far above those that this cluster gives out.
    await world.database.query(
      `with links as (update audit_links set transaction_id = transaction_id + 1000000000, written_at = written_at - interval '1 hour')
       update event_relay set links_read = jsonb_set(links_read::jsonb, '{transactionId}',
         to_jsonb(((links_read::jsonb->>'transactionId')::bigint + 1000000000)::text))::text`,
    );
    const next = startRelay(world.env);
    const after = [await pay(replica.app, ACCOUNT), await pay(replica.app, ACCOUNT)];
    await until(() => after.every((id) => receiver.accepted.some((each) => each.id === id)), DEADLINE);
    expect(receiver.accepted.map(({ id }) => id)).toEqual([...before, ...after]);
    await next.kill();
  } finally {
    await receiver.close();
    await world.close();
  }
});
