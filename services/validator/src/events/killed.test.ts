// The relay is killed between any two of its steps, and another one goes on: every event arrives at least once, and those
// of an account in their order.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ENGINES } from "../../test/engines.ts";
import { whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { channelOf } from "./redis.ts";
import type { Step } from "./steps.ts";
import type { Heard } from "./testing/listener.ts";
import { startReceiver, type Receiver } from "./testing/receiver.ts";
import { type RelayChild, startRelay } from "./testing/relay-child.ts";
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

const STEPS: readonly { at: Step; count: number }[] = [
  { at: "taken", count: 1 },
  { at: "read", count: 2 },
  { at: "logged", count: 1 },
  { at: "committed", count: 2 },
  { at: "publishing", count: 1 },
  { at: "published", count: 2 },
  { at: "told", count: 1 },
  { at: "delivering", count: 3 },
  { at: "delivered", count: 3 },
  { at: "handled", count: 1 },
];
/** On the second engine only those that differ by the database. */
const stepsOn = (engine: string) =>
  STEPS.filter(({ at }) => engine === "postgresql" || ["logged", "committed", "delivered"].includes(at));
const ACCOUNTS = ["ACCOUNT-00000001", "ACCOUNT-00000002", "ACCOUNT-00000003"];
const DEADLINE = 40_000;

describe.skipIf(withoutRedis).each(ENGINES.filter(({ isAbsent }) => !isAbsent))(
  `a relay that is killed $on${whyWithoutRedis}`,
  ({ start, engine }) => {
    let world: World;
    let replica: Replica;
    let receiver: Receiver;
    let stream: Heard;
    let channel: Awaited<ReturnType<typeof subscribe>>;
    let children: RelayChild[] = [];

    beforeAll(async () => {
      world = await openWorld(start);
      replica = await world.replica({ EVENTS_RELAY: "off" });
      // Some messages fail, so that deliveries also wait for another attempt.
      let count = 0;
      receiver = await startReceiver(() => (++count % 7 === 0 ? 500 : 204));
      await register(replica.app, receiver.url, { kinds: ["transaction.decided"] });
      stream = await listen(replica.url, "?kinds=transaction.decided");
      channel = await subscribe(world.redis as NonNullable<World["redis"]>, channelOf("transaction.decided"));
    });
    afterEach(() => Promise.all(children.map((child) => child.kill())));
    afterAll(async () => {
      stream?.end();
      channel?.end();
      await receiver?.close();
      await world?.close();
    });

    const decided: Record<string, string[]> = {};

    /** Payments of each account, one after the other. */
    async function decide(rounds: number): Promise<void> {
      for (let round = 0; round < rounds; round++) {
        for (const account of ACCOUNTS) (decided[account] ??= []).push(await pay(replica.app, account));
      }
    }

    test.each(stepsOn(engine))("at the step: $at", { timeout: 150_000 }, async (stop) => {
      const first = startRelay(world.env, stop);
      children = [first];
      await decide(3);
      // Goes on while the next one waits for the lease.
      const working = decide(3);
      expect(await first.ended).toBe("SIGKILL");
      await working;
      const next = startRelay(world.env);
      children.push(next);

      const seen = {
        webhook: () => receiver.accepted.map(({ id }) => id),
        stream: () => stream.messages.map(({ envelope }) => envelope.id),
        channel: () => channel.heard.map(({ id }) => id),
      };
      const all = Object.values(decided).flat();
      for (const [where, ids] of Object.entries(seen)) {
        await until(() => all.every((id) => ids().includes(id)), DEADLINE).catch((error: Error) => {
          throw new Error(`${where}: ${error.message}`);
        });
        const order = firstSeen(ids());
        for (const ofAccount of Object.values(decided)) {
          expect(
            order.filter((id) => ofAccount.includes(id)),
            `the order at the ${where}`,
          ).toEqual(ofAccount);
        }
      }
      // A stream repeats what a new holder may have put in the place of others.
      const numbers = firstSeen(stream.messages.map(({ id }) => id)).map(Number);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    });
  },
);
