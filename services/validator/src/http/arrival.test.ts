import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { expect, test } from "vitest";

import { limitArrival } from "./arrival.ts";

/** What is answered to a request whose body is sent as far as `body` goes. */
async function answerTo(body: string, length: number): Promise<string> {
  const server = createServer(async (request, response) => {
    limitArrival(request, 50);
    const arrived = await text(request).catch(() => undefined);
    if (arrived !== undefined) response.end(arrived);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n${body}`);
  const answer = await text(socket);
  server.close();
  return answer;
}

test("a body that is late is answered with 408, and its connection ended", async () => {
  expect(await answerTo("abc", 4)).toMatch(/^HTTP\/1\.1 408 .*"code":"request_timeout"/s);
});

test("a body that has arrived is not late", async () => {
  expect(await answerTo("abcd", 4)).toMatch(/^HTTP\/1\.1 200 .*abcd$/s);
  expect(await answerTo("", 0)).toMatch(/^HTTP\/1\.1 200 /s);
});
