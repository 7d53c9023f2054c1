import { afterAll, beforeAll, expect, test } from "vitest";

import type { Answer } from "../../test/ask.ts";
import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { as, publish, rule, ruleSet, rulesOn, type RulesApp } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import { migrate } from "../database/migrator.ts";
import { isListed } from "./snapshot.ts";

onEngines("value lists", ({ start }) => {
  let database: TestDatabase;
  let app: RulesApp;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    app = await rulesOn(database.url());
  });
  afterAll(async () => {
    await app?.server.close();
    await database?.stop();
  });

  const listed = (list: string, value: string) => {
    const { current } = app.rules.watcher;
    return current && isListed(current, list, value);
  };

  /** Publishes a rule that names the list, so that replicas have it in memory. */
  async function use(list: string): Promise<void> {
    const version = await publish(
      app,
      ruleSet([rule("listed", { expression: `listed("${list}", debtor.account)` })]),
    );
    await until(() => app.rules.watcher.current?.live.version === version, 10_000);
  }

  async function readAll(list: string, limit: number): Promise<string[]> {
    const all: string[] = [];
    let after = "";
    for (;;) {
      const { body } = await as("alice", app, "GET", `/v1/lists/${list}/values?limit=${limit}${after}`);
      all.push(...(body["items"] as { value: string }[]).map(({ value }) => value));
      if (body["next"] === null) return all;
      after = `&after=${encodeURIComponent(String(body["next"]))}`;
    }
  }

  test("values are added and removed in bulk, seen by decisions, and read in pages", async () => {
    const made = await as("alice", app, "POST", "/v1/lists", {
      name: "mules",
      description: "seen",
      values: ["b", "a", "b"],
    });
    expect([made.status, made.body["size"]]).toEqual([201, 2]);
    await use("mules");
    expect([listed("mules", "a"), listed("mules", "c"), listed("nowhere", "a")]).toEqual([
      true,
      false,
      undefined,
    ]);

    const url = "/v1/lists/mules/values";
    const changed = await as("bob", app, "PATCH", url, { add: ["a", "c", "d"], remove: ["b", "x"] });
    expect(changed.body).toEqual({ added: 2, removed: 1, size: 3 });
    await until(() => listed("mules", "c") === true, 10_000);
    expect([listed("mules", "a"), listed("mules", "b")]).toEqual([true, false]);
    const { body } = await as("alice", app, "GET", url);
    expect(body["items"]).toMatchObject([
      { value: "a", addedBy: "alice" },
      { value: "c", addedBy: "bob" },
      { value: "d", addedBy: "bob" },
    ]);
    expect(await readAll("mules", 2)).toEqual(["a", "c", "d"]);

    const nothing = await as("bob", app, "PATCH", url, { add: ["a"] });
    expect([nothing.body["added"], nothing.headers["etag"]]).toEqual([0, changed.headers["etag"]]);
    const { rows } = await database.query(
      "select actor, act, details from audit_events where subject = 'lists/mules' order by at",
    );
    expect(rows.map((row) => ({ ...row, details: json(row.details) }))).toMatchObject([
      { actor: "alice", act: "list.created", details: { added: { count: 2, values: ["a", "b"] } } },
      { actor: "bob", act: "list.changed", details: { size: 3, removed: { values: ["b", "x"] } } },
    ]);
  });

  test("a list is replaced by whoever has read it", async () => {
    const made = await as("alice", app, "POST", "/v1/lists", { name: "replaced", values: ["a", "b", "c"] });
    await use("replaced");
    const url = "/v1/lists/replaced/values";
    expect((await as("bob", app, "PUT", url, { values: ["b"] })).status).toBe(428);
    await as("carol", app, "PATCH", url, { add: ["d"] });
    const late = await as(
      "bob",
      app,
      "PUT",
      url,
      { values: ["b"] },
      { "if-match": made.headers["etag"] as string },
    );
    expect([late.status, late.body.code]).toEqual([412, "precondition_failed"]);
    const read = await as("bob", app, "GET", "/v1/lists/replaced");
    const done = await as(
      "bob",
      app,
      "PUT",
      url,
      { values: ["b", "e"] },
      { "if-match": read.headers["etag"] as string },
    );
    expect(done.body).toEqual({ added: 1, removed: 3, size: 2 });
    await until(() => listed("replaced", "e") === true, 10_000);
    expect(["a", "b", "c", "d"].map((value) => listed("replaced", value))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });

  test("ten thousand values fit in a request, one more does not, and later changes are read by themselves", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `DE${String(index).padStart(20, "0")}`);
    const made = await as("alice", app, "POST", "/v1/lists", { name: "many", values: many });
    expect([made.status, made.body["size"]]).toEqual([201, 10_000]);
    const refused = await as("alice", app, "PATCH", "/v1/lists/many/values", { add: [...many, "more"] });
    expect([refused.status, refused.body.code, refused.body.reasons[0]?.pointer]).toEqual([
      400,
      "invalid_request",
      "/add",
    ]);
    await use("many");
    expect(many.every((value) => listed("many", value))).toBe(true);
    await as("alice", app, "PATCH", "/v1/lists/many/values", {
      add: many.map((value) => `${value}X`),
      remove: many.slice(0, 5000),
    });
    await until(() => listed("many", `${many[0] as string}X`) === true, 10_000);
    expect(app.rules.watcher.current?.lists.get("many")?.size).toBe(15_000);
    expect([listed("many", many[0] as string), listed("many", many[5000] as string)]).toEqual([false, true]);
    const { rows } = await database.query(
      "select details from audit_events where subject = 'lists/many' order by at limit 1",
    );
    expect(json(rows[0]?.["details"]).added, "an event stays small").toMatchObject({
      count: 10_000,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("concurrent changes of one list add up", async () => {
    await as("alice", app, "POST", "/v1/lists", { name: "busy" });
    // Changes take turns, and on a busy machine one may wait too long for a connection: its client comes again.
    const change = async (own: string): Promise<Answer> => {
      const answer = await as("alice", app, "PATCH", "/v1/lists/busy/values", { add: [own, "shared"] });
      return answer.status === 503 ? change(own) : answer;
    };
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => change(`own-${index}`)));
    expect(answers.map(({ body }) => body["added"]).sort()).toEqual([
      ...Array.from({ length: 11 }, () => 1),
      2,
    ]);
    expect((await as("alice", app, "GET", "/v1/lists/busy")).body["size"]).toBe(13);
    expect((await readAll("busy", 200)).length).toBe(13);
  });

  test("a value is its characters and nothing else", async () => {
    const strange = [
      "'; drop table value_lists; --",
      "$1",
      "%",
      "_",
      "\\",
      '"',
      "{a,b}",
      "null",
      "NULL",
      "é",
      "e\u0301",
      " a ",
      "😀",
    ];
    await as("alice", app, "POST", "/v1/lists", {
      name: "strange",
      values: strange,
      description: "'; select 1 --",
    });
    await use("strange");
    for (const value of strange) expect(listed("strange", value)).toBe(true);
    for (const value of ["", "a", "E", "x", "$2", "%%"]) expect(listed("strange", value)).toBe(false);
    expect((await readAll("strange", 1)).sort()).toEqual(strange.toSorted());
    for (const name of [
      "'; drop table value_lists; --",
      "A",
      "",
      "a".repeat(65),
      "a b",
      "../x",
      "__proto__",
    ]) {
      const { status } = await as("alice", app, "POST", "/v1/lists", { name });
      expect(status).toBe(400);
      expect([400, 404]).toContain(
        (await as("alice", app, "GET", `/v1/lists/${encodeURIComponent(name) || "%20"}`)).status,
      );
    }
    for (const value of ["", "a\u0000b", "a\nb", "\ud800", "x".repeat(141)]) {
      const { status } = await as("alice", app, "PATCH", "/v1/lists/strange/values", { add: [value] });
      expect(status).toBe(400);
    }
    const taken = await as("alice", app, "POST", "/v1/lists", { name: "strange" });
    expect([taken.status, taken.body.code]).toEqual([409, "list_exists"]);
  });

  test("a list may have a million values, and only a short one is replaced at once", async () => {
    await as("alice", app, "POST", "/v1/lists", { name: "full" });
    await database.query("update value_lists set size = 999999 where name = 'full'");
    const fits = await as("alice", app, "PATCH", "/v1/lists/full/values", { add: ["one"] });
    expect(fits.body["size"]).toBe(1_000_000);
    const more = await as("alice", app, "PATCH", "/v1/lists/full/values", { add: ["two"] });
    expect([more.status, more.body.reasons[0]?.code]).toEqual([409, "list_full"]);
    expect(await readAll("full", 5), "nothing of it was kept").toEqual(["one"]);
    const all = await as("alice", app, "PUT", "/v1/lists/full/values", { values: [] }, { "if-match": "*" });
    expect([all.status, all.body.reasons[0]?.code]).toEqual([409, "list_too_long_to_replace"]);
  });

  test("a replica that saw a change which a failover has lost reads its lists anew", async () => {
    await as("alice", app, "POST", "/v1/lists", { name: "failover", values: ["kept"] });
    await use("failover");
    await as("alice", app, "PATCH", "/v1/lists/failover/values", { add: ["lost"] });
    await until(() => listed("failover", "lost") === true, 10_000);
    // What the standby never got is undone, and another change takes its number.
    const [newest] = (await database.query("select max(stamp) as stamp from rule_changes")).rows;
    await database.query("delete from rule_changes where stamp = $1", [newest?.["stamp"]]);
    await database.query("delete from value_list_entries where changed = $1", [newest?.["stamp"]]);
    await database.query("update value_lists set size = 1 where name = 'failover'");
    await as("alice", app, "PATCH", "/v1/lists/failover/values", { add: ["new"] });
    await until(() => listed("failover", "new") === true, 10_000);
    expect([listed("failover", "kept"), listed("failover", "lost")]).toEqual([true, false]);
  });
});
