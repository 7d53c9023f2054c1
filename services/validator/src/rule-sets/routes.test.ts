import { hash } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { as, draft, liveVersion, publish, rule, ruleSet, rulesOn, type RulesApp } from "../../test/rules.ts";
import { migrate } from "../database/migrator.ts";

const codes = (body: { code: string; reasons: { code: string }[] }) => [
  body.code,
  ...body.reasons.map(({ code }) => code),
];

onEngines("rule sets", ({ start, engine }) => {
  let database: TestDatabase;
  let app: RulesApp;
  /** Another replica on the same database. */
  let other: RulesApp;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    app = await rulesOn(database.url());
    other = await rulesOn(database.url());
  });
  afterAll(async () => {
    await app?.server.close();
    await other?.server.close();
    await database?.stop();
  });

  const acts = async (subject: string) => {
    const text = "select actor, act from audit_events where subject = $1 order by at";
    return (await database.query(text, [subject])).rows.map(({ actor, act }) => `${actor} ${act}`);
  };

  test("a new service decides by the starter rule set, version 1", async () => {
    const fresh = await database.createDatabase("fresh");
    await Promise.all([migrate({ url: fresh, deadline: 10_000 }), migrate({ url: fresh, deadline: 10_000 })]);
    const replica = await rulesOn(fresh);
    const { body } = await as("alice", replica, "GET", "/v1/rule-sets/live");
    expect(body).toMatchObject({ version: 1, state: "live", author: "system", approver: "system" });
    expect((body["document"] as { rules: object[] }).rules.length).toBe(20);
    expect(replica.rules.watcher.current?.live).toMatchObject({ version: 1, hash: body["hash"] });
    const { lists, live } = replica.rules.watcher.current ?? {};
    expect([...(lists?.keys() ?? [])].sort(), "its lists are there, and empty").toEqual(
      live?.lists.toSorted(),
    );
    await replica.server.close();
  });

  test("a draft is written by one and published by another", async () => {
    const made = await as("alice", app, "POST", "/v1/rule-sets", { document: ruleSet(), note: "first" });
    expect(made.status).toBe(201);
    const version = made.body["version"] as number;
    const url = `/v1/rule-sets/${version}`;
    expect(made.headers["location"]).toBe(url);
    expect(made.body).toMatchObject({
      state: "draft",
      author: "alice",
      editors: ["alice"],
      approver: null,
      note: "first",
    });

    const etag = made.headers["etag"] as string;
    const edited = await as(
      "carol",
      other,
      "PUT",
      url,
      { document: ruleSet([rule("other")]) },
      { "if-match": etag },
    );
    expect(edited.body).toMatchObject({
      editors: ["alice", "carol"],
      document: { rules: [{ id: "other" }] },
    });
    const stale = await as("alice", app, "PUT", url, { document: ruleSet() }, { "if-match": etag });
    expect([stale.status, stale.body.code]).toEqual([412, "precondition_failed"]);
    const blind = await as("alice", app, "PUT", url, { document: ruleSet() });
    expect([blind.status, blind.body.code]).toEqual([428, "precondition_required"]);

    const replaces = await liveVersion(app);
    const match = { "if-match": edited.headers["etag"] as string };
    for (const editor of ["alice", "carol"]) {
      const own = await as(editor, app, "POST", `${url}/publish`, { replaces }, match);
      expect([own.status, own.body.code]).toEqual([403, "second_person_needed"]);
      expect(own.body.reasons[0]).toMatchObject({
        message: "was written by alice, carol: somebody else must publish it",
      });
    }
    const unread = await as("bob", app, "POST", `${url}/publish`, { replaces }, { "if-match": etag });
    expect(unread.status, "bob has read what carol replaced").toBe(412);
    const wrong = await as("bob", app, "POST", `${url}/publish`, { replaces: version }, match);
    expect([wrong.status, wrong.body.code]).toEqual([409, "live_version_changed"]);

    const published = await as("bob", app, "POST", `${url}/publish`, { replaces, reason: "why not" }, match);
    expect(published.status).toBe(200);
    expect(published.body).toMatchObject({ state: "live", approver: "bob" });
    expect((await as("bob", app, "GET", `/v1/rule-sets/${replaces}`)).body["state"]).toBe("retired");
    const frozen = await as(
      "alice",
      app,
      "PUT",
      url,
      { document: ruleSet() },
      { "if-match": published.headers["etag"] as string },
    );
    expect([frozen.status, frozen.body.code]).toEqual([409, "version_state"]);

    const { body: history } = await as("alice", app, "GET", "/v1/rule-sets/history?limit=2");
    expect(history["items"]).toMatchObject([
      { version, kind: "publish", requestedBy: "alice", approvedBy: "bob", reason: "why not", liveTo: null },
      { version: replaces, liveTo: published.body["publishedAt"] },
    ]);
    expect(await acts(`rule-sets/${version}`)).toEqual([
      "alice rule_set.created",
      "carol rule_set.edited",
      "bob rule_set.published",
    ]);
  });

  test("the stored document proves its hash", async () => {
    const document = ruleSet([rule("quoted", { description: 'Zoë "\\" 😀 \' {a,b}' })]);
    const { version } = await draft(app, document);
    const spelt = { postgresql: "document::text", mysql: "document" }[engine];
    const { rows } = await database.query(
      `select ${spelt} as text, hash from rule_set_versions where version = $1`,
      [version],
    );
    expect(hash("sha256", rows[0].text)).toBe(rows[0].hash);
  });

  test("of two publishes at once one wins", async () => {
    const replaces = await liveVersion(app);
    const [first, second] = [await draft(app), await draft(app)];
    const publishBoth = (a: typeof first, b: typeof first) =>
      Promise.all(
        [[app, "bob", a] as const, [other, "dave", b] as const].map(
          async ([replica, actor, { version, etag }]) => {
            const url = `/v1/rule-sets/${version}/publish`;
            const { status, body } = await as(
              actor,
              replica,
              "POST",
              url,
              { replaces },
              { "if-match": etag },
            );
            return status === 200 ? "published" : body.code;
          },
        ),
      );
    expect((await publishBoth(first, second)).sort()).toEqual(["live_version_changed", "published"]);
    const third = await draft(app);
    const same = await liveVersion(app);
    const answers = await Promise.all(
      [app, other].map((replica) =>
        as(
          "bob",
          replica,
          "POST",
          `/v1/rule-sets/${third.version}/publish`,
          { replaces: same },
          { "if-match": third.etag },
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test("a rollback takes two people who ask for the same", async () => {
    const old = await liveVersion(app);
    const now = await publish(app);
    const url = `/v1/rule-sets/${old}/rollback`;
    const body = { replaces: now, reason: "it declines everybody" };
    const asked = await as("alice", app, "POST", url, body);
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({ version: old, replaces: now, requestedBy: "alice" });
    expect(await liveVersion(app)).toBe(now);
    const again = await as("alice", app, "POST", url, body);
    expect([again.status, again.body.code]).toEqual([403, "second_person_needed"]);
    const done = await as("bob", other, "POST", url, body);
    expect([done.status, done.body["state"]]).toEqual([200, "live"]);
    const { body: history } = await as("alice", app, "GET", "/v1/rule-sets/history?limit=1");
    expect(history["items"]).toMatchObject([
      {
        version: old,
        kind: "rollback",
        requestedBy: "alice",
        approvedBy: "bob",
        reason: "it declines everybody",
      },
    ]);
    expect(await acts(`rule-sets/${old}`)).toEqual(
      expect.arrayContaining(["alice rule_set.rollback_requested", "bob rule_set.rolled_back"]),
    );

    const { version, etag } = await draft(app);
    const never = await as("bob", app, "POST", `/v1/rule-sets/${version}/rollback`, {
      replaces: old,
      reason: "",
    });
    expect(codes(never.body)).toEqual(["version_state", "version_state"]);
    const formerly = await as(
      "bob",
      app,
      "POST",
      `/v1/rule-sets/${now}/publish`,
      { replaces: old },
      { "if-match": "*" },
    );
    expect(formerly.body.code).toBe("version_state");
    expect(etag).toBe(`"${version}.1"`);
  });

  test("shadows run beside the live version, and what runs is not edited", async () => {
    const { version } = await draft(app);
    const url = `/v1/rule-sets/${version}`;
    const started = await as("bob", app, "PUT", `${url}/shadow`);
    expect([started.status, started.body["state"]]).toEqual([200, "shadow"]);
    const again = await as("bob", app, "PUT", `${url}/shadow`);
    expect(again.headers["etag"], "starting twice is starting once").toBe(started.headers["etag"]);
    const edited = await as("alice", app, "PUT", url, { document: ruleSet() }, { "if-match": "*" });
    expect([edited.status, edited.body.code]).toEqual([409, "version_state"]);
    const stopped = await as("bob", app, "DELETE", `${url}/shadow`);
    expect(stopped.body["state"]).toBe("draft");
    expect((await as("bob", app, "DELETE", `${url}/shadow`)).status).toBe(409);
    const live = await as("bob", app, "PUT", `/v1/rule-sets/${await liveVersion(app)}/shadow`);
    expect(live.status).toBe(409);
    expect(await acts(`rule-sets/${version}`)).toEqual([
      "alice rule_set.created",
      "bob rule_set.shadow_started",
      "bob rule_set.shadow_stopped",
    ]);
  });

  test("a version that names a list which is not there is neither published nor a shadow", async () => {
    const document = ruleSet([rule("listed", { expression: 'listed("not_there", debtor.account)' })]);
    const { version, etag } = await draft(app, document);
    const replaces = await liveVersion(app);
    const url = `/v1/rule-sets/${version}`;
    const refused = await as("bob", app, "POST", `${url}/publish`, { replaces }, { "if-match": etag });
    expect([refused.status, ...codes(refused.body)]).toEqual([409, "lists_missing", "list_missing"]);
    expect((await as("bob", app, "PUT", `${url}/shadow`)).status).toBe(409);
    await as("alice", app, "POST", "/v1/lists", { name: "not_there" });
    expect((await as("bob", app, "PUT", `${url}/shadow`)).status).toBe(200);
  });

  test("versions are read in pages, compared, and not sent twice", async () => {
    const from = await publish(app, ruleSet([rule("large"), rule("gone")]));
    const to = await publish(app, ruleSet([rule("large", { score: 5 }), rule("new")]));
    const { body: diff } = await as("alice", app, "GET", `/v1/rule-sets/${to}/diff?from=${from}`);
    expect(diff).toMatchObject({
      from,
      to,
      added: [{ id: "new" }],
      removed: [{ id: "gone" }],
      changed: [{ rule: "large", fields: [{ field: "score", to: 5 }] }],
    });
    expect((await as("alice", app, "GET", `/v1/rule-sets/${from}/diff`)).body).toMatchObject({
      from: to,
      to: from,
    });

    const all: number[] = [];
    let url: string | undefined = "/v1/rule-sets?limit=3";
    while (url !== undefined) {
      const { body } = await as("alice", app, "GET", url);
      all.push(...(body["items"] as { version: number }[]).map(({ version }) => version));
      url = body["next"] === null ? undefined : `/v1/rule-sets?limit=3&after=${String(body["next"])}`;
    }
    expect(all).toEqual(Array.from({ length: to }, (_, index) => to - index));
    const { body: live } = await as("alice", app, "GET", "/v1/rule-sets?state=live");
    expect(live).toMatchObject({ items: [{ version: to }], next: null });

    const read = await as("alice", app, "GET", `/v1/rule-sets/${to}`);
    const known = { "if-none-match": read.headers["etag"] as string };
    expect((await as("alice", app, "GET", "/v1/rule-sets/live", undefined, known)).status).toBe(304);
  });

  test("the database itself refuses two live versions, and one that its author approves", async () => {
    const { version } = await draft(app);
    const go =
      "update rule_set_versions set state = 'live', approver = $2, published_at = now() where version = $1";
    await expect(database.query(go, [version, "alice"])).rejects.toThrow("rule_set_versions_two_people");
    await expect(database.query(go, [version, "bob"])).rejects.toThrow("rule_set_versions_live");
  });
});
