import { expect, test } from "vitest";
import { balance, okay, RawTarget, status } from "./test-support.ts";

test("delivers the whole of an early answer although the client goes on and the target has closed", async () => {
  const body = "x".repeat(20_000);
  const target = await RawTarget.start();
  target.onHead = (_, socket) => {
    socket.removeAllListeners("data");
    socket.pause();
    // Closing on bytes that were not read makes the system reset the connection.
    socket.end(okay(body).replace("200 OK", "413 Content Too Large"), () => socket.destroy());
  };
  const { client } = await balance([target]);
  for (let round = 0; round < 20; round++) {
    const raw = client();
    const block = "y".repeat(64 * 1024);
    raw.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${1000 * block.length}\r\n\r\n`);
    const pour = (): void => {
      if (!raw.closed && raw.socket.writable) raw.socket.write(block, "latin1", () => setImmediate(pour));
    };
    pour();
    const answer = await raw.closes();
    expect(status(answer)).toBe(413);
    expect(answer).toContain("Connection: close\r\n");
    expect(answer.endsWith(body)).toBe(true);
  }
});

test("a target may answer while the body is still on its way, and both go on", async () => {
  const target = await RawTarget.start();
  target.onHead = (_, socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    socket.on("data", (bytes) => {
      const text = bytes.toString();
      socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    });
  };
  const { client } = await balance([target]);
  const raw = client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  await raw.receives("chunked");
  await raw.write("one").receives("one");
  await raw.write("two").receives("two");
});

const WEBSOCKET = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

test("either side of a WebSocket may end while the other goes on", async () => {
  const target = await RawTarget.start((_, socket) => {
    socket.allowHalfOpen = true;
    return `${SWITCHING}welcome`;
  });
  const { client } = await balance([target]);
  const first = client().write(WEBSOCKET);
  await first.receives("welcome");
  const [served] = target.open;
  first.socket.allowHalfOpen = true;
  served!.end("bye");
  await first.receives("bye");
  first.write("still here");
  await target.until(
    () => target.bytes.endsWith("still here"),
    () => target.bytes,
  );
  first.socket.end();
  await first.closes();
  await target.holds(0);

  const second = client().write(WEBSOCKET);
  await second.receives("welcome");
  const [other] = target.open;
  second.socket.end("last words");
  await target.until(
    () => target.bytes.endsWith("last words"),
    () => target.bytes,
  );
  other!.end("answer");
  expect(await second.closes()).toMatch(/answer$/);
  await target.holds(0);
});

test("closes a WebSocket on which nobody says anything", async () => {
  const target = await RawTarget.start(() => `${SWITCHING}welcome`);
  const { client } = await balance([target], { timeouts: { clientIdle: 60 } });
  const raw = client().write(WEBSOCKET);
  await raw.receives("welcome");
  await raw.closes();
  await target.holds(0);
});

test.each([
  ["no field", "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/],
  ["a Root", "Root=1-2-3", /^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-2-3$/],
  ["a Self of another", "Self=1-9-9;Root=1-2-3;A=b", /^Self=1-(?!9)[^;]+;Root=1-2-3;A=b$/],
  ["no Root", "A=b", /^Root=1-[^;]+;A=b$/],
])("X-Amzn-Trace-Id with %s", async (_, value, expected) => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const field = value === "" ? "" : `X-Amzn-Trace-Id: ${value}\r\n`;
  await client().write(`GET / HTTP/1.1\r\nHost: a\r\n${field}\r\n`).receives("hello");
  expect(/\r\nX-Amzn-Trace-Id: (.*)\r\n/.exec(target.requests[0]!)![1]).toMatch(expected);
});
