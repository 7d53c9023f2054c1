// What was done in documents comes into the database once, however often it is told.
import { randomUUIDv7 } from "node:crypto";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { tell } from "./carrier.ts";
import type { OutboxDocument } from "./case-document.ts";

const closed = (id: string): OutboxDocument => ({
  _id: id,
  case: "0197c1b0-0000-7000-8000-000000000000",
  sequence: 4,
  at: new Date("2026-11-21T12:00:00.123Z"),
  account: "his",
  told: { kind: "case.closed", detail: { case: "c", outcome: "false_positive", by: "ana" } },
  act: { actor: "ana", act: "case.closed", subject: "cases/c", details: { note: "knows of it" } },
});

onEngines("what is carried", ({ start }) => {
  let database: TestDatabase;
  let pools: Pools;
  let id = "";

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
  });
  afterAll(async () => {
    await pools?.close();
    await database?.stop();
  });
  beforeEach(async () => {
    id = randomUUIDv7();
    await database.query("delete from event_outbox");
  });

  const acts = async () =>
    (await database.query("select actor, details from audit_events where id = $1", [id])).rows;
  const events = async () =>
    (await database.query("select event from event_outbox")).rows.map(({ event }) => json(event));

  test("is in the chain and in the outbox, under the id of what was done", async () => {
    const entry = closed(id);
    await tell(pools.administration, entry);
    const [act] = await acts();
    expect([act?.actor, json(act?.details)]).toEqual([
      "ana",
      { note: "knows of it", at: "2026-11-21T12:00:00.123Z" },
    ]);
    expect(await events()).toMatchObject([{ id, kind: "case.closed", key: "account his" }]);
  });

  test("is there once, though whoever carried it died before it could say so", async () => {
    const entry = closed(id);
    await tell(pools.administration, entry);
    await tell(pools.administration, entry);
    const attempts = Array.from({ length: 4 }, () => tell(pools.administration, entry));
    await Promise.allSettled(attempts);
    expect(await acts()).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });

  test("is there once where several carry it at the same moment", async () => {
    const entry = closed(id);
    // One of them is refused by the act's key; it tries again, and finds it told.
    await Promise.allSettled([1, 2, 3].map(() => tell(pools.administration, entry)));
    await tell(pools.administration, entry);
    expect(await acts()).toHaveLength(1);
    expect(await events()).toHaveLength(1);
  });

  test("is an event alone where there is no act, and may be told again under its id", async () => {
    const entry = { ...closed(id), act: null };
    await tell(pools.administration, entry);
    await tell(pools.administration, entry);
    expect(await acts()).toEqual([]);
    expect(new Set((await events()).map(({ id }) => id))).toEqual(new Set([id]));
  });
});
