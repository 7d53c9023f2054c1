// Cases as analysts work on them.
import { randomUUID } from "node:crypto";

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { appOn, post } from "../../test/apps.ts";
import type { Answer } from "../../test/ask.ts";
import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { payment } from "../../test/payments.ts";
import { as } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { connect } from "../database/open.ts";

const match = ({ headers }: Answer) => ({ "if-match": String(headers["etag"]) });

onEngines("cases", ({ start }) => {
  let database: TestDatabase;
  let app: App;
  let other: App;
  /** What the clock of both replicas is ahead of the database's. */
  let ahead = 0;
  const now = () => Date.now() + ahead;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    [app, other] = await Promise.all([
      appOn(database.url(), { AUTHENTICATION: "open" }, now),
      appOn(database.url(), { AUTHENTICATION: "open" }, now),
    ]);
  });
  afterAll(async () => {
    await Promise.all([app?.server.close(), other?.server.close()]);
    await database?.stop();
  });
  beforeEach(async () => {
    ahead = 0;
    await clear();
  });

  /** While nobody raises alerts: one that is just being raised would be there afterwards. */
  async function clear(): Promise<void> {
    const connection = await connect({ url: database.url(), name: "clear", connectTimeout: 5000 });
    await connection.begin("write");
    await connection.query("select read_to from alert_progress for update");
    for (const table of ["alerts", "case_events", "cases", "decisions"])
      await connection.query(`delete from ${table}`);
    await connection.commit();
    connection.release();
  }

  const MINUTE = 60_000;

  /** Cases that wait: of score 1, 2 ..., due one minute after the other unless told. */
  async function open(count: number, dueIn = (score: number) => score * MINUTE): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const opened = Date.now();
    for (const [index, id] of ids.entries()) {
      const score = index + 1;
      await database.query(
        `insert into cases (id, state, severity, score, account, opened_at, last_alert_at, due_at)
       values ($1, 'pending', 'review', $2, $3, $4, $4, $5)`,
        [id, score, `account ${score}`, new Date(opened), new Date(opened + dueIn(score))],
      );
    }
    return ids;
  }

  const next = (actor: string, on = app) => as(actor, on, "POST", "/v1/cases/next");
  const read = (id: string) => as("alice", app, "GET", `/v1/cases/${id}`);

  /** Headers of a person with one role. */
  async function keyOf(owner: string, role: string): Promise<Record<string, string>> {
    const made = await as("root", app, "POST", "/v1/api-keys", { name: owner, owner, roles: [role] });
    return { authorization: `Bearer ${String(made.body["key"])}` };
  }

  test("a payment that is to be reviewed is a case soon, with its decision", async () => {
    const amount = { instructedAmount: { value: "99999900", currency: "EUR" } };
    let decided: Answer | undefined;
    await until(async () => {
      decided = await post(app, payment(amount, Date.now()), { "x-actor": "gateway" });
      return decided.status === 200;
    }, 10_000);
    expect(decided?.body.outcome).toBe("review");
    let queue: Record<string, unknown>[] = [];
    await until(async () => {
      queue = (await as("alice", app, "GET", "/v1/cases/queue")).body["items"] as typeof queue;
      return queue.length > 0;
    }, 5000);
    expect(queue[0]).toMatchObject({ state: "pending", severity: "review", alerts: 1, overdue: false });
    const { body } = await as("alice", app, "GET", `/v1/cases/${String(queue[0]?.["id"])}/alerts`);
    expect(body["items"]).toMatchObject([{ decision: decided?.body.id, outcome: "review" }]);
  });

  test("the queue is by due time, then by score", async () => {
    await open(4, (score) => (score % 2) * 60 * MINUTE);
    const { body } = await as("alice", app, "GET", "/v1/cases/queue");
    expect((body["items"] as { score: number }[]).map(({ score }) => score)).toEqual([4, 2, 3, 1]);
    for (const expected of [4, 2, 3, 1]) expect((await next("alice")).body["score"]).toBe(expected);
    const empty = await next("alice");
    expect([empty.status, empty.body]).toEqual([204, undefined]);
  });

  test("however many take at once, on whichever replica: no two have one case, and none is left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 2, max: 16 }),
        async (cases, takers) => {
          await clear();
          const ids = await open(cases);
          const answers = await Promise.all(
            Array.from({ length: takers }, (_, index) =>
              next(`analyst${index}`, index % 2 === 0 ? app : other),
            ),
          );
          const taken = answers.filter(({ status }) => status === 200).map(({ body }) => body);
          expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
          // Those who come while another one takes the last see an empty queue; nothing is passed over.
          expect(taken).toHaveLength(Math.min(cases, takers));
          for (const { id, assignee } of taken) {
            expect(ids).toContain(id);
            const { rows } = await database.query("select assignee, state from cases where id = $1", [id]);
            expect(rows).toEqual([{ assignee, state: "investigating" }]);
          }
          const { rows } = await database.query("select id from case_events");
          expect(rows).toHaveLength(taken.length);
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });

  test("two who take the same case by its id: one has it", async () => {
    const [id] = await open(1);
    const tag = match(await read(id as string));
    const take = (actor: string, on: App) =>
      as(actor, on, "PUT", `/v1/cases/${id}/assignee`, { assignee: actor }, tag);
    // In open mode everybody leads; the tag of what was read still lets one of them through.
    const answers = await Promise.all([take("alice", app), take("bob", other), take("carol", app)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
  });

  test("a note has lines, and whatever people write; no other control characters", async () => {
    const [id] = await open(1);
    const write = (text: string) => as("alice", app, "POST", `/v1/cases/${id}/notes`, { text });
    const text = "Called the debtor:\r\n\t- knows of it 👩‍👩‍👧\n<b>&amp;</b>";
    expect((await write(text)).status).toBe(201);
    const { body } = await as("vera", app, "GET", `/v1/cases/${id}/history`);
    expect((body["items"] as object[]).at(-1)).toMatchObject({ kind: "noted", details: { text } });
    for (const [refused, code] of [
      ["a\u0000b", "text_character"],
      ["a\u001bb", "text_character"],
      ["x".repeat(4001), "too_long"],
    ] as const) {
      const answer = await write(refused);
      expect([answer.status, answer.body.reasons[0]?.code]).toEqual([400, code]);
    }
  });

  test("a case is taken, noted, given back, taken again and closed, and its history tells all of it", async () => {
    const [id] = await open(1);
    const url = `/v1/cases/${id}`;
    await next("alice");
    expect((await as("alice", app, "POST", `${url}/notes`, { text: "called the debtor" })).status).toBe(201);
    expect((await as("alice", app, "DELETE", `${url}/assignee`)).body["state"]).toBe("pending");
    const taken = await next("bob", other);
    const outcome = { outcome: "false_positive", note: "he knows of it" };
    expect((await as("bob", app, "POST", `${url}/close`, outcome)).status).toBe(428);
    const notMine = await as("alice", app, "POST", `${url}/close`, outcome, match(taken));
    expect(notMine.body.code).toBe("case_state");
    const closed = await as("bob", app, "POST", `${url}/close`, outcome, match(taken));
    expect(closed.body).toMatchObject({
      state: "closed",
      outcome: "false_positive",
      closedBy: "bob",
      assignee: "bob",
    });
    for (const [method, path, body] of [
      ["POST", "/close", outcome],
      ["POST", "/notes", { text: "late" }],
      ["PUT", "/assignee", { assignee: "bob" }],
      ["DELETE", "/assignee", undefined],
    ] as const) {
      expect((await as("bob", app, method, `${url}${path}`, body, match(closed))).body.code).toBe(
        "case_state",
      );
    }
    const { body } = await as("carol", app, "GET", `${url}/history`);
    const events = body["items"] as { actor: string; kind: string }[];
    expect(events.map(({ actor, kind }) => `${actor} ${kind}`)).toEqual([
      "alice assigned",
      "alice noted",
      "alice released",
      "bob assigned",
      "bob closed",
    ]);
    const acts = await database.query("select actor, details from audit_events where act = 'case.closed'");
    expect(acts.rows.map(({ actor, details }) => ({ actor, details: json(details) }))).toEqual([
      { actor: "bob", details: expect.objectContaining(outcome) },
    ]);
  });

  test("an analyst takes what waits, and nothing of another's; an approver gives any case to anybody", async () => {
    const [ana, ben, lea, val] = [
      await keyOf("ana", "analyst"),
      await keyOf("ben", "analyst"),
      await keyOf("lea", "approver"),
      await keyOf("val", "viewer"),
    ];
    const [id] = await open(1);
    const assign = async (by: Record<string, string>, assignee: string) => {
      const tag = match(await read(id as string));
      const url = `/v1/cases/${id}/assignee`;
      const { status, body } = await as("", app, "PUT", url, { assignee }, { ...tag, ...by });
      return [status, status === 200 ? body["assignee"] : body.code];
    };
    expect(await assign(val, "val")).toEqual([403, "forbidden"]);
    expect(await assign(ana, "ben"), "somebody else is not volunteered").toEqual([403, "forbidden"]);
    expect(await assign(ana, "ana")).toEqual([200, "ana"]);
    expect(await assign(ben, "ben"), "it is Ana's").toEqual([409, "case_state"]);
    const release = (by: Record<string, string>) =>
      as("", app, "DELETE", `/v1/cases/${id}/assignee`, undefined, by);
    expect((await release(ben)).body.code).toBe("forbidden");
    expect(await assign(lea, "ben")).toEqual([200, "ben"]);
    expect((await release(lea)).body["state"]).toBe("pending");
  });

  test("an alert that comes in while somebody closes the case is not closed unseen", async () => {
    await open(1);
    const taken = await next("alice");
    await database.query("update cases set alerts = alerts + 1, revision = revision + 1");
    const url = `/v1/cases/${taken.body.id}/close`;
    const outcome = { outcome: "confirmed_risk", note: "stolen" };
    expect((await as("alice", app, "POST", url, outcome, match(taken))).status).toBe(412);
    const again = match(await read(taken.body.id));
    expect((await as("alice", app, "POST", url, outcome, again)).status).toBe(200);
  });

  test("a case that is late says so, then and for ever, and is counted", async () => {
    await open(2);
    const [first, second] = [await next("alice"), await next("alice")];
    const close = (on: Answer) =>
      as(
        "alice",
        app,
        "POST",
        `/v1/cases/${on.body.id}/close`,
        { outcome: "false_positive", note: "x" },
        match(on),
      );
    expect((await close(second)).body["overdue"]).toBe(false);
    ahead = 120_000;
    expect((await read(first.body.id)).body["overdue"]).toBe(true);
    expect((await read(second.body.id)).body["overdue"], "it was closed in time").toBe(false);
    await database.query("update cases set due_at = $1 where state <> 'closed'", [
      new Date(Date.now() - MINUTE),
    ]);
    const metrics = await app.instruments.registry.metrics();
    expect(metrics).toMatch(/^validator_cases_overdue 1$/m);
    expect(metrics).toMatch(/^validator_cases\{state="investigating"\} 1$/m);
    expect((await close(await read(first.body.id))).body["overdue"]).toBe(true);
  });

  test("lists are by state, person and account, page by page; what is known is not sent again", async () => {
    await open(5);
    await next("alice");
    const ids = async (query: string) => {
      const { body } = await as("alice", app, "GET", `/v1/cases?${query}`);
      return body as unknown as { items: { id: string }[]; next: string | null };
    };
    expect((await ids("assignee=alice")).items).toHaveLength(1);
    expect((await ids("state=pending")).items).toHaveLength(4);
    expect((await ids("account=account%203")).items).toHaveLength(1);
    const page = await ids("limit=3");
    const rest = await ids(`limit=3&after=${page.next}`);
    expect(new Set([...page.items, ...rest.items].map(({ id }) => id)).size).toBe(5);
    expect(rest.next).toBeNull();
    const found = await read(page.items[0]?.id ?? "");
    const known = { "if-none-match": String(found.headers["etag"]) };
    expect((await as("alice", app, "GET", `/v1/cases/${found.body.id}`, undefined, known)).status).toBe(304);
  });
});
