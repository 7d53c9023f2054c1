// Receivers of every kind of bad behaviour: what fails waits, and nobody else does.
import { afterAll, beforeAll, expect, test } from "vitest";

import { until } from "../../../test/until.ts";
import { accounts, DEADLINE, type Office, openOffice, TIMEOUT } from "../testing/office.ts";
import { firstSeen, pay } from "../testing/world.ts";

let office: Office;

beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office?.close());

test("what fails waits with all of its account, and other accounts do not", async () => {
  const [bad, good] = accounts("ORDER");
  let refusals = 2;
  const masked = "ACCO…0001";
  const receiver = await office.receive(({ envelope }) =>
    envelope.detail["debtorAccount"] === masked && refusals-- > 0 ? 503 : 204,
  );
  await office.register(receiver.url);
  const ids: Record<string, string[]> = { [bad]: [], [good]: [] };
  for (let round = 0; round < 5; round++) {
    for (const account of [bad, good]) ids[account]?.push(await pay(office.replica.app, account));
  }
  await until(
    () =>
      Object.values(ids)
        .flat()
        .every((id) => receiver.accepted.some((each) => each.id === id)),
    DEADLINE,
  );
  const order = firstSeen(receiver.accepted.map(({ id }) => id));
  for (const ofAccount of Object.values(ids))
    expect(order.filter((id) => ofAccount.includes(id))).toEqual(ofAccount);
  const refused = receiver.received.filter(({ id }) => id === ids[bad]?.[0]);
  expect(refused.length, "two refusals and a success").toBe(3);
  expect(new Set(refused.map(({ body }) => body)).size, "the same message each time").toBe(1);
});

test("receivers that behave badly are given up in time, and delay nobody else", async () => {
  const good = await office.receive();
  let trickled = 0;
  const bad = {
    silent: await office.receiveRaw(() => {}),
    trickling: await office.receiveRaw((socket) => {
      const timer = setInterval(() => socket.write("HTTP/1.1 200 OK\r\n"[trickled++ % 17] ?? ""), 50);
      socket.once("close", () => clearInterval(timer));
    }),
    "with endless headers": await office.receiveRaw((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const more = () =>
        socket.destroyed || socket.write(`X: ${"x".repeat(1000)}\r\n`, () => setImmediate(more));
      more();
    }),
    "that hangs up": await office.receiveRaw((socket) => socket.destroy()),
    "that changes the protocol": await office.receiveRaw((socket) =>
      socket.once("data", () =>
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"),
      ),
    ),
    "that is no HTTP": await office.receiveRaw((socket) => socket.end("220 mail.example ESMTP\r\n")),
  };
  await office.register(good.url);
  const ids = new Map<string, string>();
  for (const [name, url] of Object.entries(bad)) ids.set(name, (await office.register(url)).id);

  const [account] = accounts("BAD");
  const paid = await pay(office.replica.app, account);
  const began = performance.now();
  await until(() => good.accepted.some(({ id }) => id === paid), DEADLINE);
  expect(performance.now() - began, "the good one does not wait for the others").toBeLessThan(
    3 * TIMEOUT + 1500,
  );

  for (const id of ids.values()) {
    await until(async () => (await office.deadLetters(id)).some(({ event }) => event === paid), DEADLINE);
    const [letter] = await office.deadLetters(id);
    expect(letter).toMatchObject({ attempts: 3, status: null });
    expect(letter?.failure).toMatch(/^(?:There was no answer within|The receiver could not be asked)/);
  }
});

test("an endless body of an answer is not read, and a redirect not followed", async () => {
  let sent = 0;
  let closed = 0;
  const endless = await office.receive((_message, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    response.writeHead(200);
    const more = () => {
      sent += chunk.length;
      if (!response.destroyed && response.write(chunk)) setImmediate(more);
    };
    response.on("drain", more);
    response.once("close", () => closed++);
    more();
    return undefined;
  });
  const target = await office.receive();
  const redirecting = await office.receive((_message, response) => {
    response.writeHead(307, { location: target.url }).end();
    return undefined;
  });
  const { id } = await office.register(endless.url);
  const { id: redirected } = await office.register(redirecting.url);
  const paid = await pay(office.replica.app, accounts("ENDLESS")[0]);
  await until(() => closed > 0, DEADLINE);
  expect(endless.received.filter((message) => message.id === paid).length, "it counts as delivered").toBe(1);
  expect(sent).toBeLessThan(16 * 1024 * 1024);
  expect(await office.deadLetters(id)).toEqual([]);
  await until(async () => (await office.deadLetters(redirected)).length > 0, DEADLINE);
  expect((await office.deadLetters(redirected))[0]).toMatchObject({
    status: 307,
    failure: expect.stringContaining("redirects"),
  });
  expect(target.received).toEqual([]);
});

test("a name that leads inside of the network is not sent to", async () => {
  const receiver = await office.receive();
  const inside = receiver.url.replace("127.0.0.1", "localhost");
  const { id } = await office.register(inside);
  await pay(office.replica.app, accounts("INSIDE")[0]);
  await until(async () => (await office.deadLetters(id)).length > 0, DEADLINE);
  expect((await office.deadLetters(id))[0]?.failure).toMatch(
    /^The URL leads to (?:127\.0\.0\.1|::1), which is not/,
  );
  expect(receiver.received).toEqual([]);
});
