import { afterAll, beforeAll, expect, test } from "vitest";

import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { as, publish, rulesOn, type RulesApp } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import { migrate } from "../database/migrator.ts";
import { isSnoozed } from "./snapshot.ts";

const HOUR = 3_600_000;
const later = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

onEngines("snoozes", ({ start, engine }) => {
  let database: TestDatabase;
  let app: RulesApp;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    app = await rulesOn(database.url());
    await publish(app);
  });
  afterAll(async () => {
    await app?.server.close();
    await database?.stop();
  });

  const snoozed = (subject: string, at = Date.now()) => {
    const { current } = app.rules.watcher;
    return current !== undefined && isSnoozed(current, "large", subject, at);
  };
  const snooze = (changes: object = {}) =>
    as("alice", app, "POST", "/v1/snoozes", {
      rule: "large",
      subject: "DE89370400440532013000",
      until: later(HOUR),
      reason: "a house was sold",
      ...changes,
    });

  test("a snooze mutes a rule for its subject until its time, or until it is ended", async () => {
    const subject = "'; drop table snoozes; --";
    const made = await snooze({ subject });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ rule: "large", subject, createdBy: "alice", endedAt: null });
    await until(() => snoozed(subject), 10_000);
    expect([snoozed("somebody else"), snoozed(subject, Date.now() + HOUR)]).toEqual([false, false]);

    const url = `/v1/snoozes/${made.body.id}`;
    expect(made.headers["location"]).toBe(url);
    const ended = await as("bob", app, "POST", `${url}/end`);
    expect(ended.body).toMatchObject({ endedBy: "bob" });
    await until(() => !snoozed(subject), 10_000);
    expect((await as("carol", app, "POST", `${url}/end`)).body, "ending twice is ending once").toEqual(
      ended.body,
    );
    expect((await as("carol", app, "GET", url)).body).toEqual(ended.body);
    const { rows } = await database.query(
      "select actor, act from audit_events where subject = $1 order by at",
      [`snoozes/${made.body.id}`],
    );
    expect(rows).toEqual([
      { actor: "alice", act: "snooze.created" },
      { actor: "bob", act: "snooze.ended" },
    ]);
  });

  test("of two snoozes for one subject the last to end counts", async () => {
    const subject = "twice";
    await snooze({ subject, until: later(2 * HOUR) });
    await snooze({ subject, until: later(HOUR) });
    await until(() => snoozed(subject, Date.now() + 1.5 * HOUR), 10_000);
  });

  test("snoozes are listed newest first, all of them or the active ones", async () => {
    const ids: string[] = [];
    for (const subject of ["one", "two", "three"]) ids.unshift((await snooze({ subject })).body.id);
    await as("alice", app, "POST", `/v1/snoozes/${ids[1] as string}/end`);
    const page = await as("alice", app, "GET", "/v1/snoozes?limit=2");
    expect((page.body["items"] as { id: string }[]).map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const next = await as("alice", app, "GET", `/v1/snoozes?limit=1&after=${String(page.body["next"])}`);
    expect(next.body["items"]).toMatchObject([{ id: ids[2] }]);
    const active = await as("alice", app, "GET", "/v1/snoozes?active=true&limit=2");
    expect((active.body["items"] as { id: string }[]).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });

  test.each([
    [{ until: later(-HOUR) }, "until_out_of_range /until"],
    [{ until: later(400 * 24 * HOUR) }, "until_out_of_range /until"],
    [{ until: "tomorrow" }, "date_time_invalid /until"],
    [{ until: "0000-01-01T00:00:00Z" }, "until_out_of_range /until"],
    [{ rule: "no_such_rule" }, "rule_unknown /rule"],
    [{ rule: "constructor" }, "rule_unknown /rule"],
    [{ reason: "" }, "too_short /reason"],
    [{ subject: "a\u0000" }, "text_character /subject"],
    [{ forever: true }, "unknown_field /forever"],
  ])("refuses %j", async (changes, reason) => {
    const { status, body } = await snooze(changes);
    expect([status, body.code]).toEqual([400, "invalid_request"]);
    expect(body.reasons.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([reason]);
  });

  test("replicas hold ten thousand of them, not more", async () => {
    const numbers = { postgresql: "generate_series(1, 10000) as n", mysql: "seq_1_to_10000" }[engine];
    const id = { postgresql: "gen_random_uuid()", mysql: "uuid()" }[engine];
    await database.query(
      `insert into snoozes (id, rule, subject, reason, created_by, created_at, until)
     select ${id}, 'large', 'somebody', 'many', 'test', now(), now() + interval '1' hour from ${numbers}`,
    );
    const { status, body } = await snooze();
    expect([status, body.code]).toEqual([409, "too_many_snoozes"]);
  });
});
