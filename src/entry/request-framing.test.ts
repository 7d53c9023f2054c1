import { expect, test } from "vitest";
import { balance, okay, RawTarget, status } from "./test-support.ts";

const HOST = "Host: example.com\r\n";
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: example.com\r\n\r\n";

function get(fields: string): string {
  return `GET / HTTP/1.1\r\n${HOST}${fields}\r\n`;
}

function post(fields: string, body = SMUGGLED): string {
  return `POST / HTTP/1.1\r\n${HOST}${fields}\r\n${body}`;
}

function chunked(body: string): string {
  return post("Transfer-Encoding: chunked\r\n", `${body}${SMUGGLED}`);
}

const REFUSED: Readonly<Record<string, readonly [status: number, request: string]>> = {
  "both Content-Length and Transfer-Encoding": [
    400,
    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ],
  "both, the other way round": [
    400,
    post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
  ],
  "two different Content-Length": [400, post("Content-Length: 5\r\nContent-Length: 6\r\n")],
  "two equal Content-Length": [400, post("Content-Length: 5\r\nContent-Length: 5\r\n")],
  "a list of Content-Length": [400, post("Content-Length: 5, 5\r\n")],
  "a Content-Length with a plus": [400, post("Content-Length: +5\r\n")],
  "a negative Content-Length": [400, post("Content-Length: -5\r\n")],
  "a hexadecimal Content-Length": [400, post("Content-Length: 0x5\r\n")],
  "a Content-Length with a space inside": [400, post("Content-Length: 5 5\r\n")],
  "a Content-Length after a tab": [400, post("Content-Length:\t5\r\n")],
  "a Content-Length before a tab": [400, post("Content-Length: 5\t\r\n")],
  "an empty Content-Length": [400, post("Content-Length: \r\n")],
  "a Content-Length with a fraction": [400, post("Content-Length: 5.0\r\n")],
  "a Content-Length beyond exact numbers": [400, post("Content-Length: 9007199254740993\r\n")],
  xchunked: [400, post("Transfer-Encoding: xchunked\r\n")],
  "chunked, identity": [400, post("Transfer-Encoding: chunked, identity\r\n")],
  "chunked, chunked": [400, post("Transfer-Encoding: chunked, chunked\r\n")],
  "a quoted coding": [400, post('Transfer-Encoding: "chunked"\r\n')],
  "a coding with a parameter": [400, post("Transfer-Encoding: chunked;a=b\r\n")],
  "a coding after a tab": [400, post("Transfer-Encoding:\tchunked\r\n")],
  "a coding after a vertical tab": [400, post("Transfer-Encoding: \x0bchunked\r\n")],
  "a coding before a form feed": [400, post("Transfer-Encoding: chunked\x0c\r\n")],
  "an empty coding": [400, post("Transfer-Encoding: \r\n")],
  "two Transfer-Encoding": [
    400,
    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  ],
  "Transfer-Encoding with a space before the colon": [
    400,
    post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
  ],
  "Transfer-Encoding in HTTP/1.0": [
    400,
    `POST / HTTP/1.0\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  gzip: [501, post("Transfer-Encoding: gzip\r\n")],
  "gzip, chunked": [501, post("Transfer-Encoding: gzip, chunked\r\n")],
  identity: [501, post("Transfer-Encoding: identity\r\n")],
  "a bare LF after the request line": [400, `GET / HTTP/1.1\n${HOST}\r\n`],
  "a bare LF after a field": [400, "GET / HTTP/1.1\r\nHost: example.com\n\r\n"],
  "a bare LF at the end": [400, `GET / HTTP/1.1\r\n${HOST}\n`],
  "a bare CR in a field": [400, get("A: b\rc\r\n")],
  "a bare CR before a field": [400, get("\rA: b\r\n")],
  "a folded line": [400, get("A: b\r\n c\r\n")],
  "a line folded with a tab": [400, get("A: b\r\n\tTransfer-Encoding: chunked\r\n")],
  "a folded first line": [400, "GET / HTTP/1.1\r\n Host: example.com\r\n\r\n"],
  "a NUL in a value": [400, get("A: b\0c\r\n")],
  "a control byte in a value": [400, get("A: b\x01c\r\n")],
  "a DEL in a value": [400, get("A: b\x7fc\r\n")],
  "a space before the colon": [400, get("A : b\r\n")],
  "an empty name": [400, get(": b\r\n")],
  "a name in brackets": [400, get("(A): b\r\n")],
  "a name above ASCII": [400, get("\xc4: b\r\n")],
  "no colon": [400, get("A\r\n")],
  "no Host": [400, "GET / HTTP/1.1\r\nA: b\r\n\r\n"],
  "two Host": [400, get("Host: other.com\r\n")],
  "two Host in HTTP/1.0": [400, `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`],
  "an empty Host": [400, "GET / HTTP/1.1\r\nHost: \r\n\r\n"],
  "a Host with a path": [400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"],
  "a Host with a user": [400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"],
  "a Host with a comma": [400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"],
  "a Host with a wrong port": [400, "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n"],
  "an asterisk with GET": [400, `GET * HTTP/1.1\r\n${HOST}\r\n`],
  "a target without a slash": [400, `GET a HTTP/1.1\r\n${HOST}\r\n`],
  "an absolute target with a user": [400, `GET http://a@b/ HTTP/1.1\r\n${HOST}\r\n`],
  "an absolute target without a host": [400, `GET http:/// HTTP/1.1\r\n${HOST}\r\n`],
  "an absolute target of another scheme": [400, `GET ftp://a/ HTTP/1.1\r\n${HOST}\r\n`],
  "a fragment": [400, `GET /#a HTTP/1.1\r\n${HOST}\r\n`],
  "a space in the target": [400, `GET /a b HTTP/1.1\r\n${HOST}\r\n`],
  "a byte above ASCII in the target": [400, `GET /\xe4 HTTP/1.1\r\n${HOST}\r\n`],
  "a control byte in the target": [400, `GET /\x01 HTTP/1.1\r\n${HOST}\r\n`],
  "two spaces in the request line": [400, `GET  / HTTP/1.1\r\n${HOST}\r\n`],
  "a tab in the request line": [400, `GET\t/ HTTP/1.1\r\n${HOST}\r\n`],
  "a space at the end of the request line": [400, `GET / HTTP/1.1 \r\n${HOST}\r\n`],
  "no version": [400, `GET /\r\n${HOST}\r\n`],
  "HTTP/1.2": [400, `GET / HTTP/1.2\r\n${HOST}\r\n`],
  "HTTP/0.9": [400, `GET / HTTP/0.9\r\n${HOST}\r\n`],
  "HTTP/11.1": [400, `GET / HTTP/11.1\r\n${HOST}\r\n`],
  "http in lower case": [400, `GET / http/1.1\r\n${HOST}\r\n`],
  "HTTP/2 with prior knowledge": [505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  "a method with a wrong character": [400, `G(T / HTTP/1.1\r\n${HOST}\r\n`],
  "no method": [400, ` / HTTP/1.1\r\n${HOST}\r\n`],
  TLS: [400, "\x16\x03\x01\x02\0\x01"],
  TRACE: [405, `TRACE / HTTP/1.1\r\n${HOST}\r\n`],
  CONNECT: [405, "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"],
  "two empty lines before the request": [400, `\r\n\r\n${get("")}`],
  "a Connection that names Content-Length": [
    400,
    post("Connection: content-length\r\nContent-Length: 0\r\n"),
  ],
  "a Connection that names Host": [400, get("Connection: close, host\r\n")],
  "a Connection that is no list": [400, get("Connection: a b\r\n")],
  "31 addresses in X-Forwarded-For": [
    463,
    get(`X-Forwarded-For: ${Array(31).fill("1.1.1.1").join(", ")}\r\n`),
  ],
  "a request line of more than 16 KiB": [414, `GET /${"a".repeat(16 * 1024)} HTTP/1.1\r\n${HOST}\r\n`],
  "a field of more than 16 KiB": [413, get(`A: ${"a".repeat(16 * 1024)}\r\n`)],
  "a head of more than 64 KiB": [413, get(`A: ${"a".repeat(16_000)}\r\n`.repeat(5))],
  "more than 100 fields": [413, get("A: b\r\n".repeat(100))],
  "an empty chunk size": [400, chunked("\r\n\r\n")],
  "a chunk size that is not hexadecimal": [400, chunked("g\r\n\r\n")],
  "a chunk size with 0x": [400, chunked("0x5\r\nhello\r\n0\r\n\r\n")],
  "a chunk size with a sign": [400, chunked("+5\r\nhello\r\n0\r\n\r\n")],
  "a negative chunk size": [400, chunked("-1\r\nhello\r\n0\r\n\r\n")],
  "a chunk size before a space": [400, chunked("5 \r\nhello\r\n0\r\n\r\n")],
  "a chunk size after a space": [400, chunked(" 5\r\nhello\r\n0\r\n\r\n")],
  "a chunk size beyond 2^53": [400, chunked("20000000000001\r\n")],
  "a chunk size of 16 digits": [400, chunked("0000000000000005\r\nhello\r\n0\r\n\r\n")],
  "a chunk size before a bare LF": [400, chunked("5\nhello\r\n0\r\n\r\n")],
  "a chunk size before a bare CR": [400, chunked("5\rhello\r\n0\r\n\r\n")],
  "chunk data without CRLF": [400, chunked("5\r\nhello0\r\n\r\n")],
  "chunk data before a bare LF": [400, chunked("5\r\nhello\n0\r\n\r\n")],
  "chunk data before a bare CR": [400, chunked("5\r\nhello\r0\r\n\r\n")],
  "chunk data longer than its size": [400, chunked("4\r\nhello\r\n0\r\n\r\n")],
  "a last chunk before a bare LF": [400, chunked("0\n\r\n")],
  "an end with a bare LF": [400, chunked("0\r\n\n")],
  "a chunk extension with a control byte": [400, chunked("5;a=\x01\r\nhello\r\n0\r\n\r\n")],
  "a chunk extension with a bare LF": [400, chunked("5;a=b\nhello\r\n0\r\n\r\n")],
  "a chunk extension with a bare CR": [400, chunked("5;a=b\rc\r\nhello\r\n0\r\n\r\n")],
  "a chunk extension without a name": [400, chunked("5;=b\r\nhello\r\n0\r\n\r\n")],
  "a chunk extension with an open quote": [400, chunked('5;a="b\r\nhello\r\n0\r\n\r\n')],
  "a chunk extension with a space": [400, chunked("5; a=b\r\nhello\r\n0\r\n\r\n")],
  "a chunk extension of more than 1 KiB": [400, chunked(`5;a=${"b".repeat(1024)}\r\nhello\r\n0\r\n\r\n`)],
  "Content-Length in the trailers": [400, chunked("0\r\nContent-Length: 5\r\n\r\n")],
  "Host in the trailers": [400, chunked("0\r\nHost: a\r\n\r\n")],
  "Transfer-Encoding in the trailers": [400, chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")],
  "X-Forwarded-For in the trailers": [400, chunked("0\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n")],
  "a trailer with a space before the colon": [400, chunked("0\r\nA : b\r\n\r\n")],
  "a folded trailer": [400, chunked("0\r\nA: b\r\n c\r\n\r\n")],
  "a trailer with a bare LF": [400, chunked("0\r\nA: b\n\r\n")],
  "a trailer without a colon": [400, chunked("0\r\nGET / HTTP/1.1\r\n\r\n")],
};

test.each(Object.entries(REFUSED))("refuses %s", async (_, [expected, request]) => {
  const target = await RawTarget.start();
  const { client, balancer } = await balance([target]);
  const raw = client().write(request);
  const answer = await raw.closes();
  expect(status(answer)).toBe(expected);
  expect(answer).toContain("Connection: close\r\n");
  expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(target.bytes).toBe("");
  expect(balancer.metrics().elb4xx + balancer.metrics().elb5xx).toBe(1);
});

const FRAMED: Readonly<Record<string, readonly [request: string, head: RegExp, body: string]>> = {
  "a body of known length": [post("Content-Length: 5\r\n", "hello"), /^POST \/ HTTP\/1\.1\r\n/, "hello"],
  "a length with leading zeros": [post("Content-Length: 005\r\n", "hello"), /Content-Length: 5\r\n/, "hello"],
  "a body in chunks": [
    chunkedOnly("2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"),
    /Transfer-Encoding: chunked\r\n/,
    "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
  ],
  "Chunked in capitals": [
    post("TRANSFER-ENCODING: CHUNKED\r\n", "0\r\n\r\n"),
    /Transfer-Encoding: chunked\r\n/,
    "0\r\n\r\n",
  ],
  "chunk extensions, without them": [
    chunkedOnly('5;a;b=c;d="e f\\""\r\nhello\r\n0;a\r\n\r\n'),
    /chunked/,
    "5\r\nhello\r\n0\r\n\r\n",
  ],
  "trailers, without them": [
    chunkedOnly("5\r\nhello\r\n0\r\nA: b\r\nC:d\r\n\r\n"),
    /chunked/,
    "5\r\nhello\r\n0\r\n\r\n",
  ],
  "capital digits and leading zeros": [
    chunkedOnly("00A\r\n0123456789\r\n000\r\n\r\n"),
    /chunked/,
    "a\r\n0123456789\r\n0\r\n\r\n",
  ],
  "one empty line before": [`\r\n${get("")}`, /^GET \/ HTTP\/1\.1\r\n/, ""],
  "OPTIONS *": [`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, /^OPTIONS \* HTTP\/1\.1\r\n/, ""],
  "an absolute target": [
    `GET http://b.com:81/c?d HTTP/1.1\r\nA: b\r\nHost: a.com\r\n\r\n`,
    /^GET \/c\?d HTTP\/1\.1\r\nHost: b\.com:81\r\nA: b\r\nX-/,
    "",
  ],
  "an absolute target without a path": [
    `GET http://b.com?d HTTP/1.1\r\nHost: a.com\r\n\r\n`,
    /^GET \/\?d HTTP\/1\.1\r\nHost: b\.com\r\nX-/,
    "",
  ],
  "HTTP/1.0 without a Host": [
    `GET / HTTP/1.0\r\n\r\n`,
    /^GET \/ HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/,
    "",
  ],
  "an IPv6 Host": ["GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", /Host: \[::1\]:80\r\n/, ""],
  "bytes above ASCII in values": [get("A: \xe4\xff\r\n"), /A: \xe4\xff\r\n/, ""],
};

function chunkedOnly(body: string): string {
  return post("Transfer-Encoding: chunked\r\n", body);
}

test.each(Object.entries(FRAMED))("passes on %s", async (_, [request, head, body]) => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const answer = await client().write(request).receives("hello");
  expect(status(answer)).toBe(200);
  expect(target.requests).toHaveLength(1);
  const received = target.requests[0]!;
  const bodyFrom = received.indexOf("\r\n\r\n") + 4;
  const receivedHead = received.slice(0, bodyFrom);
  const receivedBody = received.slice(bodyFrom);
  expect(receivedHead).toMatch(head);
  expect(receivedBody).toBe(body);
  expect(receivedHead.match(/content-length|transfer-encoding/gi)?.length ?? 0).toBe(body === "" ? 0 : 1);
});

test("breaks off a request whose chunks go wrong after a part of it was sent, and sends nothing else", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const raw = client().write(post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n"));
  await target.until(
    () => target.bytes.includes("hello\r\n"),
    () => target.bytes,
  );
  raw.write(`zz\r\n${SMUGGLED}`);
  expect(status(await raw.closes())).toBe(400);
  await target.holds(0);
  expect(target.requests).toEqual([]);
  expect(target.bytes).toMatch(/\r\n\r\n5\r\nhello\r\n$/);
});

test("takes hop-by-hop fields away, and those that Connection names", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const fields =
    "Connection: keep-alive, X-Secret, te\r\nKeep-Alive: timeout=5\r\nProxy-Connection: close\r\nTE: trailers\r\n" +
    "Trailer: A\r\nUpgrade: h2c\r\nx-secret: s\r\nX-Kept: k\r\nX-Forwarded-Port: 9\r\nX-Forwarded-Proto: https\r\n";
  await client().write(get(fields)).receives("hello");
  const [request] = target.requests;
  expect(
    request!
      .replace(/1-[0-9a-f]{8}-[0-9a-f]{24}/, "<id>")
      .replace(/Port: \d+/, "Port: <port>")
      .split("\r\n"),
  ).toMatchInlineSnapshot(`
    [
      "GET / HTTP/1.1",
      "Host: example.com",
      "X-Kept: k",
      "X-Forwarded-For: 127.0.0.1",
      "X-Forwarded-Proto: http",
      "X-Forwarded-Port: <port>",
      "X-Amzn-Trace-Id: Root=<id>",
      "",
      "",
    ]
  `);
});

test("passes on the fields of a response that are for the client", async () => {
  const fields =
    "Connection: close, x-a\r\nKeep-Alive: timeout=5\r\nX-A: a\r\nX-B: b\r\nUpgrade: h2c\r\nTrailer: C\r\n";
  const target = await RawTarget.start(() => okay("hello", fields));
  const { client } = await balance([target]);
  const answer = await client().write(get("")).receives("hello");
  expect(answer.split("\r\n")).toMatchInlineSnapshot(`
    [
      "HTTP/1.1 200 OK",
      "Date: now",
      "X-B: b",
      "Content-Length: 5",
      "",
      "hello",
    ]
  `);
});
