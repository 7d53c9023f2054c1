import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { until } from "../../services/gateway/test/until.ts";
import { received, Tiers } from "./tiers.ts";

const MIB = 1024 * 1024;
/** Milliseconds: shorter than an upload takes, and than the pauses within one. */
const WITHIN = 300;
const IDLE = 1000;
let tiers: Tiers;

beforeAll(async () => {
  tiers = await Tiers.start({
    REQUEST_TIMEOUT_MS: String(WITHIN),
    BODY_TIMEOUT_MS: String(IDLE),
    ANSWER_TIMEOUT_MS: "300",
    UPLOAD_TIMEOUT_MS: "5000",
  });
});
afterAll(() => tiers?.stop());

const head = (length: number | "chunked", more = "") =>
  [
    "POST /v1/uploads?name=a HTTP/1.1",
    "Host: a",
    "Content-Type: text/csv",
    "Idempotency-Key: 1",
    length === "chunked" ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`,
    `${more}\r\n`,
  ].join("\r\n");

/** Sends bytes for as long as they are taken; the number of them that were. */
function pour(socket: Socket, most: number): () => number {
  const part = Buffer.alloc(MIB, "a");
  let sent = 0;
  const send = () => {
    while (sent < most && socket.writable) {
      sent += part.length;
      if (!socket.write(part)) return void socket.once("drain", send);
    }
  };
  send();
  return () => sent;
}

test("a file passes as it comes, however long that takes", async () => {
  let length = 0;
  tiers.handle = (asked, response) => {
    asked.on("data", (chunk: Buffer) => void (length += chunk.length));
    asked.on("end", () => void response.writeHead(201, { "content-length": "2" }).end("ok"));
  };
  const sending = request({ port: tiers.port, host: "127.0.0.1", path: "/v1/uploads", method: "POST" });
  const answer = once(sending, "response") as Promise<[IncomingMessage]>;
  // Each part arrives before the next is sent, and all together take longer than a call may.
  for (let part = 1; part <= 8; part++) {
    sending.write(Buffer.alloc(100_000));
    await until(() => length === part * 100_000);
    const arrived = performance.now();
    await until(() => performance.now() > arrived + WITHIN / 4);
  }
  sending.end();
  const [{ statusCode }] = await answer;
  expect([statusCode, length]).toEqual([201, 800_000]);
});

test("a sender is held back where the backend does not read", async () => {
  const asked = Promise.withResolvers<IncomingMessage>();
  tiers.handle = (incoming, response) => {
    asked.resolve(incoming.pause());
    incoming.on("end", () => response.end());
  };
  const socket = tiers.connect();
  const answer = received(socket);
  socket.write(head(256 * MIB));
  const sent = pour(socket, 256 * MIB);
  const incoming = await asked.promise;
  // It stops where buffers are full, and stays there for longer than a sender may take for a part.
  let [before, since] = [0, performance.now()];
  await until(() => {
    if (sent() !== before) [before, since] = [sent(), performance.now()];
    return performance.now() - since > 1.5 * IDLE;
  });
  expect(sent()).toBeLessThan(64 * MIB);
  incoming.resume();
  await until(() => answer().startsWith("HTTP/1.1 200"), 30_000);
  expect(sent()).toBe(256 * MIB);
}, 60_000);

test("a sender that says nothing any more is told so", async () => {
  const gone = Promise.withResolvers<void>();
  tiers.handle = (incoming) => void incoming.resume().once("close", () => gone.resolve());
  const socket = tiers.connect();
  const answer = received(socket);
  socket.write(head(MIB) + "a".repeat(1000));
  await until(() => answer().startsWith("HTTP/1.1 408"));
  await gone.promise;
});

describe("a refusal comes to a sender that is still sending", () => {
  test.each([
    ["of the backend's, with its length", 415, head(64 * MIB), true],
    ["of the backend's, in chunks", 415, head(64 * MIB), false],
    ["because it is too large", 413, head(3 * 1024 * MIB), true],
    ["because its credentials are wrong", 401, head(64 * MIB, "Authorization: Basic YTpi\r\n"), true],
  ])("%s", async (_, status, text, hasLength) => {
    tiers.handle = (_incoming, response) => {
      const body = "no such format";
      response.writeHead(415, hasLength ? { "content-length": body.length } : {}).end(body);
    };
    // A reset takes an answer away only now and then.
    for (let round = 0; round < 10; round++) {
      const socket = tiers.connect();
      const answer = received(socket);
      socket.write(text);
      pour(socket, 1024 * MIB);
      await until(() => answer().includes("\r\n\r\n"));
      expect(answer()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer().toLowerCase().includes("connection: close")).toBe(hasLength);
      socket.destroy();
    }
  });

  test("before it has begun, where it asks first", async () => {
    const refused = tiers.connect();
    const answer = received(refused);
    refused.write(head(3 * 1024 * MIB, "Expect: 100-continue\r\n"));
    await until(() => answer().includes("\r\n\r\n"));
    expect(answer()).toMatch(/^HTTP\/1\.1 413 /);

    tiers.handle = (incoming, response) => void incoming.resume().on("end", () => response.end("ok"));
    const good = tiers.connect();
    const told = received(good);
    good.write(head(5, "Expect: 100-continue\r\n"));
    await until(() => told().startsWith("HTTP/1.1 100 "));
    good.write("abcde");
    await until(() => told().includes("HTTP/1.1 200 "));
  });
});

test("a sender that leaves is not waited for by the backend", async () => {
  const [asked, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<boolean>()];
  tiers.handle = (incoming) => {
    asked.resolve();
    incoming.resume().on("error", () => {});
    incoming.once("close", () => gone.resolve(incoming.complete));
  };
  const socket = tiers.connect();
  socket.write(head("chunked") + "5\r\nabcde\r\n");
  await asked.promise;
  socket.destroy();
  expect(await gone.promise).toBe(false);
});

test("a file is sent once, whatever comes of it", async () => {
  let attempts = 0;
  tiers.handle = (incoming) => {
    attempts++;
    incoming.once("data", () => incoming.socket.resetAndDestroy());
  };
  const socket = tiers.connect();
  const answer = received(socket);
  socket.write(head(4 * MIB));
  pour(socket, 4 * MIB);
  await until(() => answer().includes("backend_failed"));
  expect([attempts, answer().slice(0, 13)]).toEqual([1, "HTTP/1.1 502 "]);
});
