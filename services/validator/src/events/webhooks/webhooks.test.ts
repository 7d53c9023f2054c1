// Webhooks: registered, changed and rotated by administrators; what was not delivered, and what ends one.
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../../test/apps.ts";
import { until } from "../../../test/until.ts";
import { accounts, DEADLINE, type Office, openOffice } from "../testing/office.ts";
import { firstSeen, pay } from "../testing/world.ts";

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office?.close());

test("dead letters are delivered again: one, and all since a time", async () => {
  let isBroken = true;
  const receiver = await office.receive(() => (isBroken ? 500 : 204));
  const { id } = await office.register(receiver.url);
  const [first, second] = accounts("DEAD");
  const paid = [await pay(office.replica.app, first), await pay(office.replica.app, second)];
  await until(async () => (await office.deadLetters(id)).length === 2, DEADLINE);
  const letters = await office.deadLetters(id);
  expect(letters.map(({ event }) => event).toSorted()).toEqual(paid.toSorted());
  expect(letters[0]).toMatchObject({ status: 500, attempts: 3, failure: "The receiver answers with 500" });

  isBroken = false;
  const one = await office.call("POST", `/${id}/dead-letters/${letters[0]?.number}/redeliver`);
  expect([one.status, one.body["redelivered"]]).toEqual([202, 1]);
  await until(() => receiver.accepted.some((message) => message.id === letters[0]?.event), DEADLINE);
  expect((await office.call("POST", `/${id}/dead-letters/${letters[0]?.number}/redeliver`)).body.code).toBe(
    "dead_letter_not_found",
  );
  expect(
    (await office.call("POST", `/${id}/redeliver`, { since: "2999-01-01T00:00:00Z" })).body["redelivered"],
  ).toBe(0);
  expect(
    (await office.call("POST", `/${id}/redeliver`, { since: "2020-01-01T00:00:00Z" })).body["redelivered"],
  ).toBe(1);
  await until(() => receiver.accepted.length === 2, DEADLINE);
  expect(await office.deadLetters(id)).toEqual([]);
});

test("one that says 410 is sent nothing more, until somebody enables it again", async () => {
  let isGone = true;
  const receiver = await office.receive(() => (isGone ? 410 : 204));
  const { id } = await office.register(receiver.url, { kinds: ["transaction.decided"] });
  const listening = await office.receive();
  await office.register(listening.url, { kinds: ["webhook.disabled"] });
  const [account] = accounts("GONE");
  const paid = [await pay(office.replica.app, account)];
  await until(async () => (await office.call("GET", `/${id}`)).body["disabledBecause"] === "gone", DEADLINE);
  await until(() => listening.accepted.length > 0, DEADLINE);
  expect(listening.accepted[0]?.envelope.detail).toEqual({ webhook: id, because: "gone" });
  paid.push(await pay(office.replica.app, account));
  expect(receiver.received.length).toBe(1);

  isGone = false;
  const enabled = await office.call("PATCH", `/${id}`, { state: "enabled" });
  expect(enabled.body).toMatchObject({ state: "enabled", disabledBecause: null });
  await until(() => paid.every((each) => receiver.accepted.some((message) => message.id === each)), DEADLINE);
  expect(firstSeen(receiver.accepted.map((message) => message.id))).toEqual(paid);
});

test("one that takes nothing for long is disabled", async () => {
  const { id } = await office.register(await office.receiveRaw((socket) => socket.destroy()));
  const [account] = accounts("LONG");
  await until(async () => {
    await pay(office.replica.app, account);
    return (await office.call("GET", `/${id}`)).body["state"] === "disabled";
  }, DEADLINE);
  expect((await office.call("GET", `/${id}`)).body["disabledBecause"]).toBe("failing");
});

test("while a secret is replaced, messages are signed by both", async () => {
  const receiver = await office.receive();
  const { id, secret } = await office.register(receiver.url);
  const rotated = await office.call("POST", `/${id}/rotate-secret`, { overlapSeconds: 600 });
  const next = rotated.body["secret"] as string;
  expect(next).not.toBe(secret);
  // The courier hears of each change with its next look.
  await until(async () => {
    await pay(office.replica.app, accounts("ROTATE")[0]);
    const last = receiver.accepted.at(-1);
    return last !== undefined && verifies(secret, last) && verifies(next, last);
  }, DEADLINE);

  await office.call("POST", `/${id}/rotate-secret`, { overlapSeconds: 0 });
  await until(async () => {
    await pay(office.replica.app, accounts("ROTATE")[0]);
    const last = receiver.accepted.at(-1);
    return last?.headers["webhook-signature"]?.split(" ").length === 1 && !verifies(next, last);
  }, DEADLINE);

  const { rows } = await office.world.database.query("select * from webhooks where id = $1", [id]);
  const stored = Buffer.from(secret.slice("whsec_".length), "base64");
  expect(JSON.stringify(rows).includes(stored.toString("base64"))).toBe(false);
  expect((rows[0].secret as Buffer).includes(stored)).toBe(false);
});

function verifies(
  secret: string,
  { body, headers }: { body: string; headers: Record<string, string> },
): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

test("there are no more than fifty, however many are registered at once", async () => {
  const made = await Promise.all(
    Array.from({ length: 70 }, (_, index) =>
      office.call("POST", "", { url: `https://many.invalid/${index}`, kinds: ["upload.failed"] }),
    ),
  );
  expect(made.some(({ body }) => body.code === "too_many_webhooks")).toBe(true);
  const { rows } = await office.world.database.query("select id from webhooks");
  expect(rows.length).toBe(50);
  const ids = made.flatMap(({ status, body }) => (status === 201 ? String(body["id"]) : []));
  for (const id of ids) expect((await office.call("DELETE", `/${id}`)).status).toBe(204);
});

test("each act is checked, recorded and found again", async () => {
  const refused = await office.call("POST", "", { url: "http://10.0.0.1/hook" });
  expect([refused.status, refused.body.reasons[0]]).toMatchObject([
    400,
    { code: "url_refused", pointer: "/url" },
  ]);
  expect((await office.call("POST", "", { url: "https://a.example/", kinds: ["nothing"] })).status).toBe(400);
  expect((await office.call("POST", "", {})).status).toBe(400);
  const { id } = await office.register("https://hooks.invalid/", { description: "ledger" });
  const read = await office.call("GET", `/${id}`);
  expect(read.body).toMatchObject({ description: "ledger", kinds: [], state: "enabled", createdBy: "ann" });
  expect(JSON.stringify(read.body)).not.toContain("whsec_");
  const stale = await ask(office.replica.app, {
    method: "PATCH",
    url: `/v1/webhooks/${id}`,
    headers: { "x-actor": "ann", "content-type": "application/json", "if-match": '"other.1"' },
    payload: JSON.stringify({ description: "other" }),
  });
  expect(stale.status).toBe(412);
  expect((await office.call("PATCH", `/${id}`, { kinds: ["case.opened"] })).body["kinds"]).toEqual([
    "case.opened",
  ]);
  expect((await office.call("PATCH", `/${id}`, { url: "http://10.0.0.1/" })).body.code).toBe(
    "invalid_request",
  );
  expect((await office.call("PATCH", `/${id}`, { state: "disabled" })).body["disabledBecause"]).toBe(
    "person",
  );
  expect((await office.call("DELETE", `/${id}`)).status).toBe(204);
  for (const path of [`/${id}`, "/nonsense", `/${id}/dead-letters`])
    expect((await office.call("GET", path)).body.code).toBe("webhook_not_found");
  expect((await office.call("POST", `/${id}/dead-letters/1/redeliver`)).body.code).toBe("webhook_not_found");
  const { rows } = await office.world.database.query(
    "select act from audit_events where subject = $1 order by at",
    [`webhooks/${id}`],
  );
  expect(rows.map(({ act }) => act)).toEqual([
    "webhook.created",
    "webhook.changed",
    "webhook.changed",
    "webhook.deleted",
  ]);
});
