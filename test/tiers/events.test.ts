import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";

import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../services/gateway/test/gateway.ts";
import { until } from "../../services/gateway/test/until.ts";
import { received, Tiers } from "./tiers.ts";

/** Milliseconds of silence after which a stream is given up. */
const SILENCE = 600;
let tiers: Tiers;

beforeAll(async () => {
  tiers = await Tiers.start({
    BODY_TIMEOUT_MS: String(SILENCE),
    ANSWER_TIMEOUT_MS: "300",
    REQUEST_TIMEOUT_MS: "300",
    MAX_IN_FLIGHT: "1",
    BREAKER_LEAST_PER_SECOND: "1000",
  });
});
afterAll(() => tiers?.stop());

/** A client that reads events, and the backend's side of it. */
async function listen() {
  const asked = Promise.withResolvers<[IncomingMessage, ServerResponse]>();
  tiers.handle = (request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.flushHeaders();
    asked.resolve([request, response]);
  };
  const socket = tiers.connect();
  const text = received(socket);
  socket.write("GET /v1/events?kind=a HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7\r\n\r\n");
  const [request, response] = await asked.promise;
  await until(() => text().includes("\r\n\r\n"));
  const ended = new Promise<void>((resolve) => response.once("close", resolve));
  return { socket, text, request, response, ended };
}

test("events come one by one, for as long as there is a sign of life", async () => {
  const { socket, text, request, response } = await listen();
  expect(text()).toMatch(/^HTTP\/1\.1 200 /);
  expect(request.headers["last-event-id"]).toBe("7");
  const end = performance.now() + 3 * SILENCE;
  for (let id = 0; performance.now() < end; id++) {
    response.write(`id: ${id}\ndata: event ${id}\n\n`);
    await until(() => text().includes(`event ${id}\n`), SILENCE);
    const arrived = performance.now();
    await until(() => performance.now() > arrived + SILENCE / 4);
    response.write(": heartbeat\n\n");
  }
  expect(socket.destroyed).toBe(false);
  socket.destroy();
});

test("a stream that has gone silent is broken off, and not asked for again", async () => {
  const { socket, text } = await listen();
  await once(socket, "close");
  expect(text()).not.toContain("\r\n0\r\n");
});

test("who listens keeps nobody else from being answered", async () => {
  const listening = [(await listen()).socket, (await listen()).socket, (await listen()).socket];
  tiers.handle = (_request, response) => void response.end("well");
  expect((await ask(`http://127.0.0.1:${tiers.port}/v1/a`)).text).toBe("well");
  for (const socket of listening) socket.destroy();
});

test("the backend hears of a listener that leaves", async () => {
  const { socket, ended } = await listen();
  socket.destroy();
  await ended;
});

test.each(["gateway", "web"] as const)("streams end as streams end where the %s does", async (tier) => {
  const { text, ended } = await listen();
  (tier === "web" ? tiers.web : tiers.gateway.app).endStreams();
  await until(() => text().endsWith("0\r\n\r\n"));
  await ended;
});
