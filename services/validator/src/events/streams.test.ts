// Streams of server-sent events as their readers have them: by any replica, from any place, with Redis and without.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ask } from "../../test/apps.ts";
import { whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import type { Heard } from "./testing/listener.ts";
import { listen, openWorld, pay, type Replica, type World } from "./testing/world.ts";

const DEADLINE = 15_000;
const ids = ({ messages }: Heard) => messages.map(({ envelope }) => envelope.id);
const hasAll = (heard: Heard, wanted: readonly string[]) => wanted.every((id) => ids(heard).includes(id));

const settings = [
  { title: `with Redis${whyWithoutRedis}`, withRedis: true },
  { title: "without Redis", withRedis: false },
];

/** A key of somebody who has these roles. */
async function makeKey({ app }: Replica, roles: string[]): Promise<string> {
  const made = await ask(app, {
    method: "POST",
    url: "/v1/api-keys",
    headers: { "x-actor": "ann", "content-type": "application/json" },
    payload: JSON.stringify({ name: "test", owner: `eve-${roles.join("-")}`, roles }),
  });
  return made.body["key"] as string;
}

describe.each(settings)("a stream $title", ({ withRedis }) => {
  describe.skipIf(withRedis && withoutRedis)("of events", () => {
    let world: World;
    let relaying: Replica;
    let other: Replica;

    beforeAll(async () => {
      world = await openWorld(undefined, { withRedis });
      relaying = await world.replica();
      other = await world.replica({ EVENTS_RELAY: "off", EVENT_STREAMS_EACH: "3", EVENT_STREAM_MS: "60000" });
    });
    afterAll(() => world?.close());

    test("goes on after the last event that was seen, at any replica", async () => {
      const first = await listen(relaying.url);
      const paid: string[] = [];
      for (let count = 0; count < 5; count++) paid.push(await pay(other.app, "ACCOUNT-00000001"));
      await until(() => hasAll(first, paid), DEADLINE);
      first.end();
      const [seen] = first.messages;
      const again = await listen(other.url, "", { "last-event-id": seen?.id ?? "" });
      paid.push(await pay(relaying.app, "ACCOUNT-00000001"));
      await until(() => hasAll(again, paid.slice(1)), DEADLINE);
      expect(ids(again).filter((id) => paid.includes(id))).toEqual(paid.slice(1));
      const numbers = again.messages.map(({ id }) => Number(id));
      expect(numbers[0]).toBe(Number(seen?.id) + 1);
      expect(numbers).toEqual(numbers.map((_, index) => Number(seen?.id) + 1 + index));
      again.end();

      const ahead = await listen(other.url, "?after=999999999999");
      await until(() => hasAll(ahead, paid), DEADLINE);
      ahead.end();
    });

    test("tells the kinds that are asked for, and keeps its place by those that are not", async () => {
      const heard = await listen(other.url, "?kinds=person.locked,case.opened,case.alert-added");
      const place = Number(heard.lastId || 0);
      const paid = await pay(other.app, "ACCOUNT-00000002", {
        instructedAmount: { value: "99999999", currency: "EUR" },
      });
      const all = await listen(relaying.url, "", { "last-event-id": String(place) });
      await until(() => hasAll(all, [paid]), DEADLINE);
      await until(() => heard.messages.length > 0, DEADLINE);
      expect(heard.messages[0]?.event).toMatch(/^case\./);
      expect(heard.messages[0]?.envelope.detail).toMatchObject({ severity: expect.any(String) });
      heard.end();
      all.end();
    });

    test("is refused where it cannot be", async () => {
      const refusals = [
        ["?kinds=nonsense", {}, 400, "invalid_request"],
        ["?nonsense=1", {}, 400, "invalid_request"],
        ["", { "last-event-id": "nonsense" }, 400, "invalid_request"],
        ["", { "x-actor": "" }, 401, "unauthenticated"],
      ] as const;
      for (const [query, headers, status, code] of refusals) {
        const answer = await ask(other.app, {
          url: `/v1/events${query}`,
          headers: { "x-actor": "ann", ...headers },
        });
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
      expect(
        (await ask(other.app, { method: "HEAD", url: "/v1/events" }).catch(() => undefined))?.status,
      ).not.toBe(200);
      const open = await Promise.all([1, 2, 3].map(() => listen(other.url)));
      expect((await listen(other.url)).status).toBe(429);
      expect((await listen(other.url, "", { "x-actor": "bob" })).status).toBe(200);
      for (const each of open) each.end();
      await until(async () => {
        const next = await listen(other.url);
        next.end();
        return next.status === 200;
      }, DEADLINE);
    });

    test("is over after its time, and when the replica drains", async () => {
      const short = await world.replica({ EVENTS_RELAY: "off", EVENT_STREAM_MS: "1000" });
      const heard = await listen(short.url);
      await until(() => heard.isOver, DEADLINE);
      expect(heard.error).toBeUndefined();
      expect(heard.retry).toBeGreaterThan(0);

      const draining = await world.replica({ EVENTS_RELAY: "off" });
      const last = await listen(draining.url);
      draining.app.drain();
      await until(() => last.isOver, DEADLINE);
      expect(last.error).toBeUndefined();
      expect((await listen(draining.url)).status).toBe(503);
    });

    test("tells people's events to administrators only", async () => {
      const strict = await world.replica({ EVENTS_RELAY: "off", AUTHENTICATION: "required" });
      const headers = { "x-api-key": await makeKey(relaying, ["viewer"]), "x-actor": "" };
      const request = (query: string) =>
        fetch(`${strict.url}/v1/events${query}`, { headers: { "x-api-key": headers["x-api-key"] } });
      const refused = await request("?kinds=person.locked");
      expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, "forbidden"]);
      const submitter = await fetch(`${strict.url}/v1/events`, {
        headers: { "x-api-key": await makeKey(relaying, ["submitter"]) },
      });
      expect(submitter.status).toBe(403);
      const kinds = await ask(strict.app, {
        url: "/v1/events/kinds",
        headers: { "x-api-key": headers["x-api-key"] },
      });
      expect(kinds.body["items"]).toContainEqual(
        expect.objectContaining({
          kind: "person.locked",
          audience: "administrator",
          detail: expect.objectContaining({ type: "object" }),
        }),
      );
    });
  });
});
