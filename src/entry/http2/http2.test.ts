import { constants } from "node:http2";
import { expect, test } from "vitest";
import { okay, RawTarget } from "../test-support.ts";
import { balanceTls, Http2Client } from "../tls/tls-support.ts";
import { requestText } from "./request-text.ts";

test("requests of HTTP/2 reach targets in HTTP/1.1, many at a time", async () => {
  const target = await RawTarget.start((request) =>
    okay(request.slice(0, request.indexOf(" HTTP")), "X-A: b\r\n"),
  );
  const { port } = await balanceTls([target]);
  const client = new Http2Client(port);
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => client.ask({ ":path": `/${index}?q`, cookie: ["a=1", "b=2"] })),
  );
  expect(answers.map(({ body }) => body)).toEqual(answers.map((_, index) => `GET /${index}?q`));
  expect(answers[0]!.headers).toMatchObject({ ":status": 200, "x-a": "b", "content-length": "8" });
  const seen = target.requests.find((request) => request.startsWith("GET /0?q"))!;
  expect(seen).toMatch(
    /^GET \/0\?q HTTP\/1\.1\r\nHost: localhost:\d+\r\ncookie: a=1; b=2\r\nX-Forwarded-For: 127\.0\.0\.1\r\n/,
  );
  expect(seen).toContain("X-Forwarded-Proto: https\r\n");
});

test("bodies go down with their length, or in chunks", async () => {
  const target = await RawTarget.start((request) => okay(String(request.length)));
  const { port } = await balanceTls([target]);
  const client = new Http2Client(port);
  await client.ask({ ":method": "POST" }, "hello");
  expect(target.requests[0]).toMatch(/Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/);
  await client.ask({ ":method": "POST", "content-length": "5" }, "hello");
  expect(target.requests[1]).toMatch(/content-length: 5\r\n[^]*\r\n\r\nhello$/);
  const body = "x".repeat(2_000_000);
  await client.ask({ ":method": "POST", "content-length": String(body.length) }, body);
  expect(target.requests[2]!.endsWith(body)).toBe(true);
});

test("a client may send a good part of a file ahead of what is read", async () => {
  const { port } = await balanceTls([await RawTarget.start(() => okay(""))]);
  const client = new Http2Client(port);
  await client.ask({});
  // By the windows that HTTP/2 begins with, both are 65,535: a file then waits for every few pieces to be read.
  expect(client.session.remoteSettings.initialWindowSize).toBe(512 * 1024);
  expect(client.session.state.remoteWindowSize).toBe(1024 * 1024);
});

test.each([
  ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, ""],
  ["GET", "HTTP/1.1 204 No Content\r\n\r\n", 204, ""],
  [
    "GET",
    "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    200,
    "abc",
  ],
  ["GET", "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 0\r\n\r\n", 200, ""],
  [
    "GET",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    502,
    /502 Bad Gateway/,
  ],
])("%s answered by %j", async (method, response, status, body) => {
  const target = await RawTarget.start(() => response);
  const { port } = await balanceTls([target]);
  const answer = await new Http2Client(port).ask({ ":method": method });
  expect(answer.headers[":status"]).toBe(status);
  expect(answer.body).toMatch(body === "" ? /^$/ : body);
  const cookies = [...response.matchAll(/Set-Cookie: (.*)\r/g)].map(([, cookie]) => cookie);
  expect(answer.headers["set-cookie"] ?? []).toEqual(cookies);
});

test("resets the stream when the target breaks off, and gives a request up whose client does", async () => {
  let broken = true;
  const target = await RawTarget.start((_, socket) => {
    // Without a length, only the reset tells that something is missing.
    if (broken) socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
    return undefined;
  });
  const { port, balancer } = await balanceTls([target]);
  const client = new Http2Client(port);
  await expect(client.ask({})).rejects.toThrow("NGHTTP2_INTERNAL_ERROR");
  broken = false;
  const stream = client.session.request({ ":path": "/" });
  stream.on("error", () => {});
  await target.sees(2);
  stream.close(constants.NGHTTP2_CANCEL);
  await target.holds(0);
  expect(balancer.metrics()).toMatchObject({ clientsGone: 1, groups: [{ active: 0 }] });
});

test("an early answer ends the stream although the body does not", async () => {
  const target = await RawTarget.start();
  target.onHead = (_, socket) => void socket.write(okay("early").replace("200 OK", "413 Content Too Large"));
  const { port } = await balanceTls([target]);
  const stream = new Http2Client(port).session.request({ ":method": "POST", ":path": "/" });
  let status = 0;
  stream.on("response", (headers) => (status = Number(headers[":status"])));
  await new Promise((resolve) => void stream.on("close", resolve).resume());
  expect([status, stream.rstCode]).toEqual([413, 0]);
  await target.holds(0);
});

test("answers what is in flight when it stops", async () => {
  let release: (() => void) | undefined;
  const target = await RawTarget.start((_, socket) => {
    release = () => void socket.write(okay("late"));
    return undefined;
  });
  const { port, balancer } = await balanceTls([target]);
  const client = new Http2Client(port);
  const asked = client.ask({});
  await target.sees(1);
  const stopped = balancer.stop(10_000);
  release!();
  expect((await asked).body).toBe("late");
  await stopped;
});

test("closes a connection on which nothing is asked, and a body that does not go on", async () => {
  const target = await RawTarget.start();
  const { port } = await balanceTls([target], { timeouts: { clientIdle: 60 } });
  const client = new Http2Client(port);
  const stream = client.session.request({ ":method": "POST", ":path": "/" });
  let status = 0;
  stream.on("response", (headers) => (status = Number(headers[":status"])));
  stream.resume().write("half");
  await new Promise((resolve) => void client.session.on("close", resolve));
  expect(status).toBe(408);
});

const RAW = ["accept", "*/*"];
test.each([
  ["CRLF in a value", { ":path": "/" }, ["a", "b\r\nTransfer-Encoding: chunked"]],
  ["LF in a value", { ":path": "/" }, ["a", "b\nc: d"]],
  ["CR in a value", { ":path": "/" }, ["a", "b\rc"]],
  ["NUL in a value", { ":path": "/" }, ["a", "b\0c"]],
  ["CRLF in a name", { ":path": "/" }, ["a: b\r\nc", "d"]],
  ["a colon in a name", { ":path": "/" }, ["transfer-encoding: chunked", ""]],
  ["a space in a name", { ":path": "/" }, ["content-length ", "5"]],
  ["capitals in a name", { ":path": "/" }, ["Content-Length", "5"]],
  ["H2.TE", { ":path": "/" }, ["transfer-encoding", "chunked"]],
  ["H2.CL that is no number", { ":path": "/", "content-length": "+5" }, ["content-length", "+5"]],
  ["Connection", { ":path": "/" }, ["connection", "close"]],
  ["Upgrade", { ":path": "/" }, ["upgrade", "h2c"]],
  ["TE beside trailers", { ":path": "/" }, ["te", "gzip"]],
  ["CRLF in the path", { ":path": "/ HTTP/1.1\r\nHost: evil\r\n\r\n" }, RAW],
  ["a space in the path", { ":path": "/ HTTP/1.1" }, RAW],
  ["an absolute path", { ":path": "http://evil/" }, RAW],
  ["no path", {}, RAW],
  ["a space in the method", { ":path": "/", ":method": "GET / HTTP/1.1" }, RAW],
  ["CRLF in the authority", { ":path": "/", ":authority": "a\r\nb: c" }, RAW],
  ["a Host that is not the authority", { ":path": "/", ":authority": "a", host: "b" }, RAW],
  ["CONNECT", { ":method": "CONNECT" }, RAW],
])("refuses %s before it becomes HTTP/1.1", (_, headers, raw) => {
  expect(() => requestText({ ":method": "GET", ":authority": "a", ...headers }, raw, false)).toThrow(
    expect.objectContaining({ name: "MessageRefused" }),
  );
});

test.each([
  ["more than it says", "5", "hello!"],
  ["less than it says", "7", "hello"],
])("does not pass on a body of %s", async (_, length, body) => {
  const target = await RawTarget.start();
  const { port } = await balanceTls([target]);
  await expect(
    new Http2Client(port).ask({ ":method": "POST", "content-length": length }, body),
  ).rejects.toThrow("closed with error code");
  await target.holds(0);
  expect(target.requests).toEqual([]);
});
