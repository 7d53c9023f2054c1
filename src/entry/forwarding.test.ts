import fc from "fast-check";
import { expect, test } from "vitest";
import { balance, GET, okay, RawTarget, status } from "./test-support.ts";

const CHUNKED_OKAY = "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n";

function lengthOf(answers: string): number {
  return answers.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0;
}

test("uses connections on both sides again", async () => {
  const target = await RawTarget.start((request) => okay(request.slice(0, 6)));
  const { client } = await balance([target]);
  const raw = client();
  for (const path of ["/1", "/2", "/3"]) await raw.write(GET.replace("/a", path)).receives(`GET ${path}`);
  expect(target.requests).toHaveLength(3);
  expect(target.connections).toBe(1);
  await client().write(GET.replace("/a", "/4")).receives("GET /4");
  expect(target.connections).toBe(1);
});

test("answers pipelined requests in their order, and lets the second wait", async () => {
  let release: (() => void) | undefined;
  const target = await RawTarget.start((request, socket) => {
    if (!request.startsWith("POST /1")) return okay(request.slice(0, 7));
    release = () => void socket.write(okay("first"));
    return undefined;
  });
  const { client } = await balance([target]);
  const raw = client().write(
    `POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc${GET.replace("/a", "/2")}${GET.replace("/a", "/3")}`,
  );
  await target.sees(1);
  expect(target.requests).toHaveLength(1);
  release!();
  expect(await raw.receives("GET /3")).toMatch(/first[^]*GET \/2[^]*GET \/3/);
});

test("answers thousands of pipelined requests that no target sees", async () => {
  const action = { kind: "fixed-response", status: 200, body: "fixed" } as const;
  const { client } = await balance([], { rules: [{ paths: ["/fixed"], action }] });
  const raw = client().write(GET.replace("/a", "/fixed").repeat(5000)).write(GET.replace("/a", "/none"));
  const answers = await raw.receives("503 Service Unavailable</h1>");
  expect(lengthOf(answers)).toBe(5001);
});

test.each([
  [
    "closes after Connection: close",
    GET.replace("Host", "Connection: close\r\nHost"),
    "Connection: close\r\n",
    true,
  ],
  ["closes after HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n", true],
  [
    "keeps HTTP/1.0 that asks for it",
    "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
    "Connection: keep-alive\r\n",
    false,
  ],
])("%s", async (_, request, field, closes) => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const raw = client().write(request);
  expect(await raw.receives("hello")).toContain(field);
  if (closes) await raw.closes();
  else await raw.write(GET).receives(/hello[^]*hello/);
});

test.each([
  ["HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 5\r\n\r\n"],
  ["204", GET, "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n"],
  ["304", GET, 'HTTP/1.1 304 Not Modified\r\nDate: now\r\nETag: "a"\r\nContent-Length: 5\r\n\r\n'],
])("waits for no body after %s", async (_, request, response) => {
  const target = await RawTarget.start(() => response);
  const { client } = await balance([target]);
  const raw = client().write(request);
  expect(await raw.receives("\r\n\r\n")).toBe(response);
  await raw.write(request).receives(/\r\n\r\n[^]+\r\n\r\n/);
  expect(target.connections).toBe(1);
});

test("passes interim responses on, but not to HTTP/1.0", async () => {
  const hint = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  const target = await RawTarget.start(() => hint + hint + okay("hello"));
  const { client } = await balance([target]);
  expect(await client().write(GET).receives("hello")).toBe(hint + hint + okay("hello"));
  expect(status(await client().write("GET / HTTP/1.0\r\n\r\n").closes())).toBe(200);
});

test("lets a client wait for 100 Continue", async () => {
  const target = await RawTarget.start(() => okay("done"));
  target.onHead = (_, socket) => void socket.write("HTTP/1.1 100 Continue\r\n\r\n");
  const { client } = await balance([target]);
  const raw = client().write(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
  );
  await raw.receives("HTTP/1.1 100 Continue\r\n\r\n");
  await raw.write("body").receives("done");
  expect(target.requests[0]).toContain("Expect: 100-continue\r\n");
});

test("passes an early response on and closes both connections", async () => {
  const target = await RawTarget.start();
  target.onHead = (_, socket) =>
    void socket.write("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");
  const { client } = await balance([target]);
  const raw = client().write(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n",
  );
  const answer = await raw.closes();
  expect(status(answer)).toBe(417);
  expect(answer).toContain("Connection: close\r\n");
  await target.holds(0);
});

test("frames a body anew that ends with its connection", async () => {
  const target = await RawTarget.start(
    (_, socket) => void socket.end("HTTP/1.0 200 OK\r\nDate: now\r\n\r\nhello"),
  );
  const { client } = await balance([target]);
  expect(await client().write(GET).receives("0\r\n\r\n")).toBe(`${CHUNKED_OKAY}5\r\nhello\r\n0\r\n\r\n`);
  expect(await client().write("GET / HTTP/1.0\r\n\r\n").closes()).toMatch(/Connection: close\r\n\r\nhello$/);
});

test("gives HTTP/1.0 a chunked body without the chunks", async () => {
  const target = await RawTarget.start(() => `${CHUNKED_OKAY}2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nA: b\r\n\r\n`);
  const { client } = await balance([target]);
  expect(await client().write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").closes()).toBe(
    "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: close\r\n\r\nhello",
  );
  expect(await client().write(GET).receives("0\r\n\r\n")).toBe(
    `${CHUNKED_OKAY}2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n`,
  );
});

test("lets WebSocket through, both ways", async () => {
  const switching =
    "HTTP/1.1 101 Switching Protocols\r\nDate: now\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  const target = await RawTarget.start((_, socket) => {
    socket.removeAllListeners("data").on("data", (bytes) => void socket.write(`echo ${String(bytes)}`));
    return `${switching}welcome`;
  });
  const { client, balancer } = await balance([target]);
  const raw = client().write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  expect(await raw.receives("welcome")).toContain("Connection: Upgrade\r\nUpgrade: websocket\r\n");
  await raw.write("hello").receives("echo hello");
  expect(balancer.metrics().groups[0]!.active).toBe(1);
  raw.socket.end();
  await raw.closes();
  await target.holds(0);
  expect(balancer.metrics().groups[0]!.active).toBe(0);
});

test("says where a request came from", async () => {
  const target = await RawTarget.start();
  const { client, port } = await balance([target]);
  const fields =
    "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-For: 5.6.7.8\r\nX-Amzn-Trace-Id: Root=1-2-3;A=b\r\n";
  await client().write(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`).receives("hello");
  const [request] = target.requests;
  expect(request).toContain("\r\nX-Forwarded-For: 1.2.3.4, 5.6.7.8, 127.0.0.1\r\n");
  expect(request).toContain(`\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Port: ${port}\r\n`);
  expect(request).toMatch(/\r\nX-Amzn-Trace-Id: Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-2-3;A=b\r\n/);
});

test("follows rules, and answers by itself where they say so", async () => {
  const target = await RawTarget.start();
  const rules = [
    {
      hosts: ["*.Example.com"],
      paths: ["/old/*"],
      action: { kind: "redirect", status: 301, protocol: "HTTPS", port: "443", path: "/new/#{path}" },
    },
    {
      paths: ["/fixed"],
      action: { kind: "fixed-response", status: 418, contentType: "text/html", body: "té" },
    },
  ] as const;
  const { client, balancer } = await balance([target], {
    rules: rules.map((rule) => ({
      ...rule,
      paths: [...rule.paths],
      hosts: ["*"],
      ...("hosts" in rule ? { hosts: [...rule.hosts] } : {}),
    })),
  });
  const redirected = await client()
    .write("GET /old/a?b HTTP/1.1\r\nHost: WWW.example.com:80\r\n\r\n")
    .receives("\r\n\r\n");
  expect(redirected).toContain("HTTP/1.1 301 Moved Permanently\r\n");
  expect(redirected).toContain("\r\nLocation: https://www.example.com/new/old/a?b\r\n");
  const fixed = await client()
    .write("POST /fixed HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\na")
    .closes();
  expect(fixed).toMatch(/^HTTP\/1\.1 418 [^]*Content-Length: 3\r\n[^]*\r\n\r\nt\xc3\xa9$/);
  expect(target.bytes).toBe("");
  expect(balancer.metrics()).toMatchObject({ redirects: 1, fixedResponses: 1, requests: 2 });
});

const REQUESTS =
  "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nT: u\r\n\r\n" +
  "\r\nGET /2 HTTP/1.1\r\nHost: a\r\nConnection: x, keep-alive\r\nX: y\r\n\r\n" +
  "PUT /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
const RESPONSES = [
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\n\r\n",
  "HTTP/1.1 404 Not Found\r\nDate: now\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\nnone",
  okay("end of it"),
];

/** A text cut at places, each between 0 and 1 of its length. */
function cut(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => Math.floor(place * text.length)))].sort((a, b) => a - b);
  return [0, ...at].map((from, index) => text.slice(from, at[index])).filter((part) => part !== "");
}

/** Bodies may come in other chunks; what they hold and all the rest may not differ. */
function dechunked(text: string): string {
  return text
    .replaceAll(/(?<=\r\n\r\n|\r\n)[0-9a-f]\r\n([^\r]*)\r\n(?=[0-9a-f]\r\n)/g, "$1")
    .replaceAll(/1-[0-9a-f]{8}-[0-9a-f]{24}/g, "<id>");
}

test("answers the same wherever packets are cut", async () => {
  let places: readonly number[] = [];
  const target = await RawTarget.start((request, socket) => {
    const parts = cut(RESPONSES[Number(request.match(/\/(\d)/)![1]) - 1]!, places);
    const next = (): void =>
      void (parts.length > 0 && socket.write(parts.shift()!, "latin1", () => setImmediate(next)));
    next();
    return undefined;
  });
  const { client } = await balance([target]);
  const exchange = async (): Promise<{ seen: string; answered: string }> => {
    const raw = client();
    const before = target.requests.length;
    for (const part of cut(REQUESTS, places)) {
      await new Promise<void>(
        (resolve) => void raw.socket.write(part, "latin1", () => setImmediate(resolve)),
      );
    }
    const answered = dechunked(await raw.receives("end of it"));
    raw.socket.destroy();
    return { seen: dechunked(target.requests.slice(before).join("")), answered };
  };
  const whole = await exchange();
  expect(lengthOf(whole.answered)).toBe(4);
  const fraction = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  await fc.assert(
    fc.asyncProperty(fc.array(fraction, { minLength: 1, maxLength: 12 }), async (cuts) => {
      places = cuts;
      expect(await exchange()).toEqual(whole);
    }),
    { numRuns: 60 },
  );
  places = Array.from({ length: 1000 }, (_, index) => index / 1000);
  expect(await exchange()).toEqual(whole);
});
