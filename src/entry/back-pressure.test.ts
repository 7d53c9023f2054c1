import { expect, onTestFinished, test } from "vitest";
import { balance, GET, RawTarget } from "./test-support.ts";
import { balanceTls, TlsClient } from "./tls/tls-support.ts";

test.each([
  ["response", "plain"],
  ["request", "plain"],
  ["response", "TLS"],
  ["request", "TLS"],
])("holds a %s of 96 MiB over %s back when it is not taken", async (direction, transport) => {
  const size = 96 * 1024 * 1024;
  const block = Buffer.alloc(64 * 1024, "x");
  let written = 0;
  const pour = (socket: {
    write(bytes: Buffer): boolean;
    once(event: "drain", listener: () => void): unknown;
  }): void => {
    while (written < size) {
      written += block.length;
      if (!socket.write(block)) {
        socket.once("drain", () => pour(socket));
        return;
      }
    }
  };
  const isResponse = direction === "response";
  const target = await RawTarget.start();
  const headSeen = Promise.withResolvers<void>();
  target.onHead = (_, socket) => {
    headSeen.resolve();
    socket.removeAllListeners("data");
    if (!isResponse) {
      socket.pause();
      return;
    }
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
    pour(socket);
  };
  const isSecure = transport === "TLS";
  const { client, port } = await (isSecure ? balanceTls : balance)([target]);
  const raw = isSecure ? new TlsClient(port) : client();
  raw.socket.removeAllListeners("data");
  if (isResponse) raw.socket.pause().write(GET);
  else {
    raw.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
  }
  await headSeen.promise;
  if (!isResponse) pour(raw.socket);
  // What stands still over several looks is held back, not slow.
  let before = -1;
  let still = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      still = written === before ? still + 1 : 0;
      before = written;
      if (still < 5 || written === 0) return;
      clearInterval(timer);
      resolve();
    }, 20);
    onTestFinished(() => clearInterval(timer));
  });
  // Socket buffers of the system take some MiB on each of two connections.
  expect(written).toBeLessThan(32 * 1024 * 1024);
  const receiver = isResponse ? raw.socket : [...target.open][0]!;
  let received = 0;
  const complete = new Promise<void>((resolve) => {
    receiver.on("data", (bytes) => {
      received += bytes.length;
      if (received >= size) resolve();
    });
  });
  receiver.resume();
  await complete;
  expect(written).toBe(size);
});
