/** A published way to make two HTTP parsers disagree, and what is to come of it here. */
export interface Technique {
  readonly name: string;
  readonly bytes: string;
  /** Of the first answer. */
  readonly status: number;
  /** How many requests a target may see: never the smuggled one as a request of its own. */
  readonly requests: number;
  /** What the one request that a target sees has, or must not have. */
  readonly has?: RegExp;
  readonly hasNot?: RegExp;
}

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const LENGTH = SMUGGLED.length;

function post(fields: string, body: string): string {
  return `POST / HTTP/1.1\r\nHost: a\r\n${fields}\r\n${body}`;
}

function get(fields: string): string {
  return `GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
}

function chunked(body: string): string {
  return post("Transfer-Encoding: chunked\r\n", `${body}${SMUGGLED}`);
}

/** A refused request: no target sees a byte of it. */
function refused(name: string, bytes: string, status = 400): Technique {
  return { name, bytes, status, requests: 0 };
}

/** One request to every parser. */
function one(name: string, bytes: string, more: Partial<Technique> = {}): Technique {
  return { name, bytes, status: 200, requests: 1, ...more };
}

/** Obfuscations of Transfer-Encoding: one parser sees it, the other goes by the length ("TE.TE"). */
const TE_TE = [
  ["xchunked", "Transfer-Encoding: xchunked"],
  ["a vertical tab", "Transfer-Encoding: \x0bchunked"],
  ["a form feed behind", "Transfer-Encoding: chunked\x0c"],
  ["a tab", "Transfer-Encoding:\tchunked"],
  ["a space before the colon", "Transfer-Encoding : chunked"],
  ["a tab before the colon", "Transfer-Encoding\t: chunked"],
  ["twice, once unknown", "Transfer-Encoding: chunked\r\nTransfer-encoding: x"],
  ["twice, first unknown", "Transfer-Encoding: x\r\nTransfer-Encoding: chunked"],
  ["behind a bare LF", "X: X\nTransfer-Encoding: chunked"],
  ["behind a bare CR", "X: X\rTransfer-Encoding: chunked"],
  ["folded", "Transfer-Encoding:\r\n chunked"],
  ["folded name", "Transfer-Encoding\r\n : chunked"],
  ["quoted", 'Transfer-Encoding: "chunked"'],
  ["single-quoted", "Transfer-Encoding: 'chunked'"],
  ["identity behind", "Transfer-Encoding: chunked, identity"],
  ["a comma before", "Transfer-Encoding: ,chunked"],
  ["a comma behind", "Transfer-Encoding: chunked,"],
  ["a parameter", "Transfer-Encoding: chunked;a=b"],
  ["a NUL", "Transfer-Encoding: chunked\0"],
  ["a byte above ASCII", "Transfer-Encoding: \xffchunked"],
  ["a leading space in the name", " Transfer-Encoding: chunked"],
] as const;

const LENGTHS = [
  "+5",
  "-5",
  "0x5",
  "5,5",
  "5, 6",
  "5 5",
  "5.0",
  "5e0",
  "٥",
  "",
  "18446744073709551621",
  "9".repeat(400),
];

const CHUNK_SIZES = [
  "+5",
  "-5",
  "0x5",
  " 5",
  "5 ",
  "5\t",
  "5_0",
  "",
  "g",
  "10000000000000005",
  "ffffffffffffffff",
  "0".repeat(100) + "5",
];

export const TECHNIQUES: readonly Technique[] = [
  refused(
    "CL.TE",
    post(`Content-Length: ${5 + LENGTH}\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${SMUGGLED}`),
  ),
  refused(
    "TE.CL",
    post(
      "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
      `${LENGTH.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
    ),
  ),
  ...TE_TE.map(([how, field]) =>
    refused(`TE.TE: ${how}`, post(`Content-Length: 5\r\n${field}\r\n`, `0\r\n\r\n${SMUGGLED}`)),
  ),
  one("CL.0: a body that looks like a request", post(`Content-Length: ${LENGTH}\r\n`, SMUGGLED)),
  one("GET with such a body", `GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ${LENGTH}\r\n\r\n${SMUGGLED}`),
  refused("0.CL: a length with a space before the colon", post(`Content-Length : ${LENGTH}\r\n`, SMUGGLED)),
  refused("0.CL: a length on a folded line", post(`Content-Length:\r\n ${LENGTH}\r\n`, SMUGGLED)),
  one(
    "TE.0: a chunk that looks like a request",
    post("Transfer-Encoding: chunked\r\n", `${LENGTH.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`),
  ),
  refused("two lengths", post(`Content-Length: 0\r\nContent-Length: ${LENGTH}\r\n`, SMUGGLED)),
  refused(
    "the same length twice",
    post(`Content-Length: ${LENGTH}\r\nContent-Length: ${LENGTH}\r\n`, SMUGGLED),
  ),
  ...LENGTHS.map((length) =>
    refused(
      `Content-Length: ${length.slice(0, 24)}`,
      post(`Content-Length: ${Buffer.from(length).toString("latin1")}\r\n`, SMUGGLED),
    ),
  ),
  ...CHUNK_SIZES.map((size) =>
    refused(`chunk size "${size.slice(0, 20)}"`, chunked(`${size}\r\nhello\r\n0\r\n\r\n`)),
  ),
  refused("chunk extension with a bare LF (TERM.EXT)", chunked("5;a\nhello\r\n0\r\n\r\n")),
  refused("chunk extension with a bare CR", chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")),
  refused("chunk extension that hides a chunk (EXT.TERM)", chunked("2;\nxx\r\n4c\r\n0\r\n\r\n")),
  refused("chunk line that ends in a bare LF", chunked("5\nhello\r\n0\r\n\r\n")),
  refused("chunk data that ends in anything (SPILL)", chunked("5\r\nhelloXX0\r\n\r\n")),
  refused("chunk data without an end", chunked("5\r\nhello0\r\n\r\n")),
  refused("trailers that end in a bare LF", chunked("0\r\nA: b\n\n")),
  refused("Content-Length among the trailers", chunked(`0\r\nContent-Length: ${LENGTH}\r\n\r\n`)),
  refused("Transfer-Encoding among the trailers", chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")),
  refused("Host among the trailers", chunked("0\r\nHost: evil\r\n\r\n")),
  one(
    "a harmless trailer, which ends here",
    post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\nX-Checksum: 1\r\n\r\n"),
    { hasNot: /checksum/i },
  ),
  refused("a bare LF behind the request line", `GET / HTTP/1.1\nHost: a\r\n\r\n`),
  refused("a bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
  refused("a bare CR in a value", get("X: y\rContent-Length: 5\r\n")),
  refused("obs-fold", get("X: y\r\n Content-Length: 5\r\n")),
  refused("a NUL in a name", get("X\0: y\r\n")),
  refused("a NUL in a value", get("X: y\0z\r\n")),
  refused("a field without a name", get(": y\r\n")),
  refused("a field without a colon", get("Content-Length 5\r\n")),
  refused("HTTP/0.9", `GET /\r\n${SMUGGLED}`),
  refused("a version with more", `GET / HTTP/1.1 x\r\nHost: a\r\n\r\n`),
  refused("a later version", `GET / HTTP/1.9\r\nHost: a\r\n\r\n`),
  refused("a request in the request line", `GET / HTTP/1.1 GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`),
  refused(
    "Transfer-Encoding in HTTP/1.0",
    `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ),
  refused("empty lines before", `\r\n\r\n\r\n${SMUGGLED}`),
  one(
    "%0d%0a in the path",
    "GET /%0d%0aHost:%20evil%0d%0a%0d%0aGET%20/smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
    { has: /^GET \/%0d%0aHost:%20evil/ },
  ),
  one("%0d%0a in a value", get("X: y%0d%0aTransfer-Encoding:%20chunked\r\n"), { has: /X: y%0d%0aTransfer/ }),
  one("an absolute target with another host", `GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n`, {
    has: /^GET \/ HTTP\/1\.1\r\nHost: b\r\n/,
    hasNot: /Host: a/,
  }),
  refused("an absolute target with a user", `GET http://a@b/ HTTP/1.1\r\nHost: a\r\n\r\n`),
  refused("two Host", get("Host: b\r\n")),
  refused("a Host on a line with a space before", "GET / HTTP/1.1\r\nHost: a\r\n Host: b\r\n\r\n"),
  refused("a Host with a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
  refused("a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
  refused("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
  refused("a Host with two ports", "GET / HTTP/1.1\r\nHost: a:80:81\r\n\r\n"),
  refused(
    "Connection names Content-Length",
    post(`Connection: Content-Length\r\nContent-Length: ${LENGTH}\r\n`, SMUGGLED),
  ),
  refused("Connection names Host", get("Connection: host\r\n")),
  one(
    "Connection names X-Forwarded-For",
    get("X-Forwarded-For: 1.1.1.1\r\nConnection: close, X-Forwarded-For\r\n"),
    { has: /X-Forwarded-For: 1\.1\.1\.1, 127\.0\.0\.1\r\n/ },
  ),
  one("Connection names X-Forwarded-Proto", get("Connection: X-Forwarded-Proto, X-Amzn-Trace-Id\r\n"), {
    has: /X-Forwarded-Proto: http\r\n[^]*X-Amzn-Trace-Id: Root=/,
  }),
  one("Expect with more (0.CL)", post(`Expect: y 100-continue\r\nContent-Length: ${LENGTH}\r\n`, SMUGGLED)),
  one("Expect with a body at once", post(`Expect: 100-continue\r\nContent-Length: ${LENGTH}\r\n`, SMUGGLED)),
  one(
    "h2c",
    get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
    { hasNot: /upgrade|http2-settings/i },
  ),
  one("a WebSocket that the target does not take", get("Connection: Upgrade\r\nUpgrade: websocket\r\n"), {
    has: /Upgrade: websocket/,
  }),
  one(
    "WebSocket with a body",
    post(`Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${LENGTH}\r\n`, SMUGGLED),
    { hasNot: /Upgrade:/ },
  ),
  refused("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
  refused("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 405),
];
