import { once } from "node:events";
import { connect } from "node:net";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { Backend } from "../../test/backend.ts";
import { ask, startGateway, type TestGateway } from "../../test/gateway.ts";
import { until } from "../../test/until.ts";

let backend: Backend;
let gateway: TestGateway;

beforeAll(async () => {
  backend = await new Backend().start();
  gateway = await startGateway({
    BACKEND_URL: backend.url,
    ANSWER_TIMEOUT_MS: "300",
    REQUEST_TIMEOUT_MS: "600",
    BODY_TIMEOUT_MS: "600",
    HEADERS_TIMEOUT_MS: "600",
    BREAKER_LEAST_PER_SECOND: "1000",
  });
});
afterAll(async () => {
  await gateway?.stop();
  await backend?.kill();
});
const usual = new Backend().handle;
beforeEach(() => void backend.asked.splice(0));
afterEach(() => {
  backend.handle = usual;
  backend.early = undefined;
});

const KEYED = { method: "POST", body: "a", headers: { "idempotency-key": "1" } };

/** Sends bytes as they are; the answer's bytes, once the connection has ended or enough has come. */
async function raw(text: string, enough = Infinity): Promise<string> {
  const socket = connect(gateway.port, "127.0.0.1", () => socket.write(text));
  let answer = "";
  socket.on("error", () => {});
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.split("HTTP/1.1").length > enough) break;
  }
  return answer;
}

describe("what is sent on", () => {
  test("is the request as it came, with where it came from and what it is called", async () => {
    const { headers } = await ask(`${gateway.url}/v1/things?b=%20&a=1`, {
      method: "POST",
      body: "text",
      headers: { "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793", te: "trailers" },
    });
    const [asked] = backend.asked;
    expect(asked).toMatchObject({ method: "POST", url: "/v1/things?b=%20&a=1", body: "text" });
    expect(asked?.headers).toMatchObject({
      host: `127.0.0.1:${gateway.port}`,
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-proto": "http",
      forwarded: "for=127.0.0.1;proto=http",
      "x-request-id": "1-5759e988-bd862e3fe1be46a994272793",
    });
    expect(asked?.headers).not.toHaveProperty("te");
    expect(headers.get("x-request-id")).toBe("1-5759e988-bd862e3fe1be46a994272793");
  });

  test("is a large body as it comes, both ways, no faster than it is taken", async () => {
    const body = Buffer.alloc(3 * 1024 * 1024, "abcdefg");
    backend.handle = (asked, response) => response.end(asked.body);
    const { status, text } = await ask(`${gateway.url}/v1/things`, { method: "POST", body });
    expect([status, text.length, text === body.toString()]).toEqual([200, body.length, true]);
  });

  test("has a client's trace, and none that the gateway has made up", async () => {
    const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    await ask(`${gateway.url}/v1/a`, { headers: { traceparent } });
    await ask(`${gateway.url}/v1/b`);
    expect(backend.asked.map(({ headers }) => headers["traceparent"])).toEqual([traceparent, undefined]);
  });
});

describe("a request is refused", () => {
  test.each([
    ["without a route", "GET /other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404],
    ["with a dot segment", "GET /v1/../metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    ["with a disguised one", "GET /v1/%2e%2E/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    ["with an encoded slash", "GET /v1/a%2fb HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    ["for another host", "GET http://other/v1/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
    ["for two hosts", "GET /v1/ HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400],
    [
      "which expects something else",
      "GET /v1/ HTTP/1.1\r\nHost: a\r\nExpect: more\r\nConnection: close\r\n\r\n",
      417,
    ],
    ["without a host", "GET /v1/ HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    [
      "with two lengths",
      "POST /v1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      400,
    ],
    [
      "with a length and chunks",
      "POST /v1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
      400,
    ],
    [
      "with an unknown coding",
      "POST /v1/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    ["with a space before the colon", "GET /v1/ HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n", 400],
    ["with a folded line", "GET /v1/ HTTP/1.1\r\nHost: a\r\nX-A: 1\r\n 2\r\n\r\n", 400],
    ["with a bare line feed in a value", "GET /v1/ HTTP/1.1\r\nHost: a\r\nX-A: 1\nX-B: 2\r\n\r\n", 400],
    ["with a large header", `GET /v1/ HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    [
      "with a long address",
      `GET /v1/${"a".repeat(9000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
      414,
    ],
    ["with too long a body", "POST /v1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413],
  ])("%s", async (_, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain("application/problem+json");
    expect(answer.split("HTTP/1.1 ").length, "one answer").toBe(2);
    expect(backend.asked).toEqual([]);
  });

  test("whose chunks become more than the resource takes", async () => {
    const chunk = `100000\r\n${"a".repeat(0x100000)}\r\n`;
    const text = `POST /v1/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}0\r\n\r\n`;
    expect(await raw(text)).toMatch(/^HTTP\/1\.1 413 /);
    expect(backend.asked).toEqual([]);
  });

  test.each([
    ["head", "GET /v1/ HTTP/1.1\r\nHost: a\r\nX-"],
    ["small body", "POST /v1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\na"],
    ["large body", "POST /v1/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\na"],
    ["small file", "POST /v1/uploads HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\na"],
  ])("whose %s trickles too slowly", async (_, text) => {
    const answer = await raw(text);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(backend.asked).toEqual([]);
  });
});

describe("a backend that fails", () => {
  test.each([
    ["GET", "/v1/once", {}, 2],
    ["POST with a key", "/v1/transactions", KEYED, 2],
    ["POST with a key where none is honoured", "/v1/api-keys", KEYED, 1],
    ["POST", "/v1/transactions", { method: "POST", body: "a" }, 1],
    ["PUT", "/v1/once", { method: "PUT", body: "a" }, 1],
  ])("before its answer: %s", async (_, path, init, attempts) => {
    backend.handle = (asked, response, request) => {
      if (backend.count(asked.url) === 1) request.socket.resetAndDestroy();
      else response.end("well");
    };
    const { status, code } = await ask(`${gateway.url}${path}`, init as RequestInit);
    expect([backend.asked.length, status, code]).toEqual(
      attempts === 2 ? [2, 200, undefined] : [1, 502, "backend_failed"],
    );
    expect(new Set(backend.asked.map(({ body }) => body)).size).toBe(1);
  });

  test("in the middle of its answer: the client sees that it is broken, and it is not asked again", async () => {
    backend.handle = (_asked, response, request) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => request.socket.resetAndDestroy());
    };
    await expect(ask(`${gateway.url}/v1/half`)).rejects.toThrow("terminated");
    expect(backend.asked.length).toBe(1);
  });

  test("with chunks in the middle of its answer: there is no last one", async () => {
    backend.handle = (_asked, response, request) => {
      response.write("half", () => request.socket.resetAndDestroy());
    };
    const answer = await raw("GET /v1/half HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(answer).toContain("half");
    expect(answer).not.toContain("\r\n0\r\n");
  });

  test("by saying nothing: 504 in time, and what may be repeated was", async () => {
    backend.handle = () => {};
    const { status, code, headers } = await ask(`${gateway.url}/v1/late`, { method: "POST", body: "a" });
    expect([status, code, backend.asked.length]).toEqual([504, "backend_timeout", 1]);
    expect(headers.get("content-type")).toContain("problem+json");
  });

  test("while it is still being sent a body: the answer that it gave is told", async () => {
    backend.early = (_request, response) =>
      void response.writeHead(422, { connection: "close" }).end("enough");
    const outcome = await ask(`${gateway.url}/v1/early`, {
      method: "POST",
      body: Buffer.alloc(1024 * 1024),
    }).then(
      ({ status, text, code }) => [status, code ?? text],
      () => ["broken off"],
    );
    // Whether the answer or the end of the connection is noticed first is not ours to say.
    expect([[422, "enough"], [502, "backend_failed"], ["broken off"]]).toContainEqual(outcome);
  });
});

test("a client that leaves is not waited for by the backend", async () => {
  const closed = Promise.withResolvers<void>();
  backend.handle = (_asked, response) => void response.once("close", closed.resolve);
  const socket = connect(gateway.port, "127.0.0.1", () =>
    socket.write("GET /v1/slow HTTP/1.1\r\nHost: a\r\n\r\n"),
  );
  await once(socket, "connect");
  await until(() => backend.asked.length === 1);
  socket.destroy();
  await closed.promise;
  expect(backend.asked.length).toBe(1);
});

test("answers are told with the backend's fields and without those of its connection", async () => {
  backend.handle = (_asked, response) => {
    response.setHeader("set-cookie", ["a=1", "b=2"]);
    response.writeHead(201, { "x-own": "1", connection: "close", "keep-alive": "timeout=5" }).end();
  };
  const { status, headers } = await ask(`${gateway.url}/v1/a`);
  expect([status, headers.get("x-own"), headers.getSetCookie()]).toEqual([201, "1", ["a=1", "b=2"]]);
  expect(headers.get("keep-alive")).not.toBe("timeout=5");
});
