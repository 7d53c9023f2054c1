// When what failed is tried again: at its time, or as soon as a receiver that was away is back.
import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../../test/apps.ts";
import { until } from "../../../test/until.ts";
import { type Behaviour, type Receiver, startReceiver } from "../testing/receiver.ts";
import { openWorld, pay, register, type Replica, type World } from "../testing/world.ts";

const DEADLINE = 15_000;
/** Nothing that failed is due again while these tests run. */
const PATIENT = { WEBHOOK_RETRY_MS: "600000" };
let world: World;
let patient: Replica;
const receivers: Receiver[] = [];

beforeAll(async () => {
  world = await openWorld(undefined, { withRedis: false });
  patient = await world.replica(PATIENT);
});
afterAll(async () => {
  await world?.close();
  for (const receiver of receivers) await receiver.close();
});

async function webhook(behave: Behaviour, { app } = patient) {
  const receiver = await startReceiver(behave);
  receivers.push(receiver);
  const { id } = await register(app, receiver.url, { kinds: ["transaction.decided"] });
  const attempts = (event: string) => receiver.received.filter((each) => each.id === event).length;
  const takes = (event: string, deadline = DEADLINE) =>
    until(() => receiver.accepted.some((each) => each.id === event), deadline);
  return { id, receiver, attempts, takes };
}

const change = (id: string, state: string) =>
  ask(patient.app, {
    method: "PATCH",
    url: `/v1/webhooks/${id}`,
    headers: { "x-actor": "ann", "content-type": "application/json" },
    payload: JSON.stringify({ state }),
  });

test("what is refused of one account waits for its time, however much of others is taken", async () => {
  const refused = "ACCOUNT-REFUSED-1111";
  const { attempts, takes } = await webhook(({ envelope }) =>
    envelope.detail["debtorAccount"] === "ACCO…1111" ? 500 : 204,
  );
  const waits = await pay(patient.app, refused);
  await until(() => attempts(waits) === 1, DEADLINE);
  for (let count = 0; count < 8; count++) await takes(await pay(patient.app, `ACCOUNT-TAKEN-000${count}`));
  expect(attempts(waits)).toBe(1);
});

test("what is refused for long, with nothing else in between, does not keep others waiting", async () => {
  const quick = await openWorld(undefined, { withRedis: false });
  const impatient = await quick.replica();
  const { attempts, takes } = await webhook(
    ({ envelope }) => (envelope.detail["debtorAccount"] === "ACCO…2222" ? 500 : 204),
    impatient,
  );
  const refused = await pay(impatient.app, "ACCOUNT-REFUSED-2222");
  // After 20, 80, 320 and 1280 ms; the sixth attempt is 5 s away, and the twelfth hours.
  await until(() => attempts(refused) === 5, DEADLINE);
  await takes(await pay(impatient.app, "ACCOUNT-TAKEN-0009"), 4000);
  expect(attempts(refused)).toBeLessThan(7);
  await quick.close();
});

test("one that was away gets what waits as soon as it takes something, and not what it has put off", async () => {
  let isAway = true;
  const { attempts, takes } = await webhook(({ envelope }) =>
    envelope.detail["debtorAccount"] === "ACCO…4444" ? 429 : isAway ? 503 : 204,
  );
  const later = await pay(patient.app, "ACCOUNT-PUT-OFF-4444");
  await until(() => attempts(later) === 1, DEADLINE);
  const missed: string[] = [];
  for (let count = 0; count < 3; count++) {
    missed.push(await pay(patient.app, `ACCOUNT-MISSED-000${count}`));
    await until(() => attempts(missed.at(-1) as string) === 1, DEADLINE);
  }
  isAway = false;
  // Another replica takes over, and does not know how often the last one has failed.
  await patient.app.server.close();
  patient = await world.replica(PATIENT);
  missed.push(await pay(patient.app, "ACCOUNT-MISSED-0003"));
  for (const each of missed) await takes(each);
  expect(attempts(later)).toBe(1);
});

test("one that is enabled again is sent at once what it did not get", async () => {
  let isBroken = true;
  const { id, attempts, takes } = await webhook(() => (isBroken ? 500 : 204));
  const paid = await pay(patient.app, "ACCOUNT-ENABLED-0001");
  await until(() => attempts(paid) === 1, DEADLINE);
  expect((await change(id, "disabled")).status).toBe(200);
  isBroken = false;
  expect((await change(id, "enabled")).status).toBe(200);
  await takes(paid);
});
