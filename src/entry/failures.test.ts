import { expect, onTestFinished, test } from "vitest";
import { balance, GET, okay, RawClient, RawTarget, status } from "./test-support.ts";

const POST = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";

const SMUGGLED_RESPONSE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\npwned";

const INVALID: Readonly<Record<string, string>> = {
  "no HTTP": "SSH-2.0-OpenSSH_9.2\r\n",
  "HTTP/2": "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
  "a status of two digits": "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
  "a status above 599": "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n",
  "no space after the status": "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
  "a control byte in the reason": "HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n",
  "both lengths": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "two Content-Length": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
  "a signed Content-Length": "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
  "another coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
  "chunked in HTTP/1.0": "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a bare LF": "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
  "a bare LF after a field": "HTTP/1.1 200 OK\r\nContent-Length: 0\n\r\n",
  "a folded line": "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n",
  "a space before the colon": "HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
  "a NUL": "HTTP/1.1 200 OK\r\nA: b\0\r\nContent-Length: 0\r\n\r\n",
  "a head of more than 32 KiB": `HTTP/1.1 200 OK\r\n${`A: ${"a".repeat(16_000)}\r\n`.repeat(3)}Content-Length: 0\r\n\r\n`,
  "a switch of protocols unasked": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
  "an interim response with a body": "HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello",
  "204 with a body": "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
};

test.each(Object.entries(INVALID))("answers 502 to a target that sends %s", async (_, response) => {
  const target = await RawTarget.start(() => response + SMUGGLED_RESPONSE);
  const { client, balancer } = await balance([target]);
  const answer = await client().write(POST).receives("</html>\r\n");
  expect(status(answer)).toBe(502);
  expect(answer).not.toContain("pwned");
  await target.holds(0);
  expect(balancer.metrics()).toMatchObject({
    elb5xx: 1,
    groups: [{ active: 0, elb5xx: 1, targets: [{ elb5xx: 1 }] }],
  });
});

test("cuts the client off when chunks go wrong after the response began", async () => {
  const target = await RawTarget.start(
    () => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
  );
  const { client } = await balance([target]);
  const raw = client().write(GET);
  await raw.receives("hello\r\n");
  for (const socket of target.open) socket.write("5\nhello\r\n0\r\n\r\n");
  expect(await raw.closes()).toMatch(/5\r\nhello\r\n$/);
  await target.holds(0);
});

test.each([
  ["of known length", "Content-Length: 9\r\n\r\nhello", "hello"],
  ["in chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "hello\r\n"],
])("cuts the client off when the target closes in a body %s", async (_, rest, end) => {
  const target = await RawTarget.start((_, socket) => void socket.end(`HTTP/1.1 200 OK\r\n${rest}`));
  const { client } = await balance([target]);
  const answer = await client().write(GET).closes();
  expect(answer === "" || answer.endsWith(end)).toBe(true);
});

test("does not use a connection again on which the target said more than it was asked", async () => {
  const target = await RawTarget.start(() => okay("hello") + SMUGGLED_RESPONSE);
  const { client } = await balance([target]);
  const raw = client();
  for (let count = 1; count <= 3; count++) {
    await raw.write(GET).until(
      () => raw.text.split("hello").length === count + 1,
      () => raw.text,
    );
  }
  expect(raw.text).not.toContain("pwned");
  expect(target.connections).toBe(3);
});

test("does not take what a target says unasked for an answer", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target]);
  const raw = client();
  await raw.write(GET).receives("hello");
  for (const socket of target.open) socket.write(SMUGGLED_RESPONSE);
  await target.holds(0);
  expect(await raw.write(GET).receives(/hello[^]*hello/)).not.toContain("pwned");
});

test.each([
  ["503 without a target", [], 503],
  ["503 when all are draining", [{ id: "a", host: "127.0.0.1", port: 1, state: "draining" }], 503],
] as const)("answers %s", async (_, targets, expected) => {
  const { client, balancer } = await balance([...targets]);
  const raw = client();
  expect(status(await raw.write(POST).receives("</html>\r\n"))).toBe(expected);
  expect(raw.text).toContain("\r\nServer: awselb/2.0\r\n");
  expect(raw.text).not.toContain("Connection: close");
  await raw.write(GET).receives(/<\/html>[^]*<\/html>/);
  expect(balancer.metrics()).toMatchObject({ elb5xx: 2, groups: [{ elb5xx: 2 }] });
});

test("answers 504 to a target that stays silent, and closes its connection", async () => {
  const target = await RawTarget.start(() => undefined);
  const { client, balancer } = await balance([target], { timeouts: { targetIdle: 60 } });
  const raw = client();
  expect(status(await raw.write(GET).receives("</html>"))).toBe(504);
  expect(raw.closed).toBe(false);
  await target.holds(0);
  expect(balancer.metrics().groups[0]).toMatchObject({ active: 0, elb5xx: 1 });
});

test("answers 504 when the response's head never ends", async () => {
  const target = await RawTarget.start(() => "HTTP/1.1 200 OK\r\n");
  const { client } = await balance([target], { timeouts: { targetIdle: 60 } });
  expect(status(await client().write(GET).receives("</html>"))).toBe(504);
});

test("answers 504 when a target does not let anyone connect", async () => {
  // An address of TEST-NET-1 (RFC 5737): nobody answers, or no route exists.
  const silent = { id: "a", host: "192.0.2.1", port: 80, state: "healthy" } as const;
  const { client } = await balance([silent], { timeouts: { connect: 60 } });
  expect([502, 504]).toContain(status(await client().write(GET).receives("</html>")));
});

test("answers 408 to a request whose head or body does not go on", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target], { timeouts: { requestHead: 60, clientIdle: 60 } });
  expect(status(await client().write("GET / HTTP/1.1\r\nHost: a\r\n").closes())).toBe(408);
  expect(
    status(await client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nb").closes()),
  ).toBe(408);
  expect(target.requests).toEqual([]);
  await target.holds(0);
});

test("a head that drips does not gain time", async () => {
  const { client } = await balance([], { timeouts: { requestHead: 200 } });
  const raw = client().write("GET / HTTP/1.1\r\n");
  const drip = setInterval(() => raw.socket.writable && raw.write("A: b\r\n"), 20);
  onTestFinished(() => clearInterval(drip));
  expect(status(await raw.closes())).toBe(408);
});

test("closes a connection that stays idle without a word", async () => {
  const { client } = await balance([], { timeouts: { clientIdle: 60 } });
  expect(await client().closes()).toBe("");
});

test("gives a request up whose client resets the connection", async () => {
  const target = await RawTarget.start(() => undefined);
  const { client, balancer } = await balance([target]);
  const raw = client().write(GET);
  await target.sees(1);
  raw.socket.resetAndDestroy();
  await target.holds(0);
  expect(balancer.metrics()).toMatchObject({
    clientsGone: 1,
    elb4xx: 1,
    connections: 0,
    groups: [{ active: 0 }],
  });
});

test("answers a client that has ended its side, all that it asked, and then closes", async () => {
  let release: (() => void) | undefined;
  const target = await RawTarget.start((request, socket) => {
    if (!request.startsWith("GET /a")) return okay(request.slice(0, 6));
    release = () => void socket.write(okay("first"));
    return undefined;
  });
  const { client } = await balance([target]);
  const raw = client().write(GET).write(GET.replace("/a", "/b"));
  raw.socket.end();
  await target.sees(1);
  release!();
  expect(await raw.closes()).toMatch(/first[^]*GET \/b/);
});

test("gives a request up whose client resets the connection in the middle of a body", async () => {
  const target = await RawTarget.start();
  const { client, balancer } = await balance([target]);
  const raw = client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf");
  await target.until(
    () => target.bytes.endsWith("half"),
    () => target.bytes,
  );
  raw.socket.resetAndDestroy();
  await target.holds(0);
  expect(target.requests).toEqual([]);
  expect(balancer.metrics().groups[0]!.active).toBe(0);
});

test("says which address it cannot have", async () => {
  const { port } = await balance([]);
  await expect(balance([], listenersAt("127.0.0.1", port))).rejects.toMatchObject({ code: "PORT_TAKEN" });
  await expect(balance([], listenersAt("192.0.2.1", 0))).rejects.toMatchObject({
    code: "ADDRESS_UNAVAILABLE",
  });
  await expect(balance([], listenersAt("", 0))).rejects.toMatchObject({ code: "CONFIGURATION_INVALID" });
});

function listenersAt(host: string, port: number): Parameters<typeof balance>[1] {
  const action = { kind: "fixed-response", status: 200 } as const;
  return { listeners: [{ name: "http", host, port, rules: [], defaultAction: action }] };
}

test("configures listeners anew without touching the others, or not at all", async () => {
  const target = await RawTarget.start();
  const { balancer, client, port } = await balance([target]);
  const raw = client();
  await raw.write(GET).receives("hello");
  const http = { name: "http", host: "127.0.0.1", port: 0, rules: [] };
  const fixed = { kind: "fixed-response", status: 200, body: "fixed" } as const;
  const taken = { name: "taken", host: "127.0.0.1", port, rules: [], defaultAction: fixed };
  await expect(balancer.configure({ listeners: [taken] })).rejects.toMatchObject({ code: "PORT_TAKEN" });
  await raw.write(GET).receives(/hello[^]*hello/);
  const other = { name: "other", host: "127.0.0.1", port: 0, rules: [], defaultAction: fixed };
  await balancer.configure({ listeners: [{ ...http, defaultAction: fixed }, other] });
  expect(balancer.addresses()[0]!.port).toBe(port);
  await raw.write(GET).receives("fixed");
  await new RawClient(balancer.addresses()[1]!.port).write(GET).receives("fixed");
  await target.holds(0);
  expect(() => balancer.setTargets("group", [])).toThrow(expect.objectContaining({ code: "GROUP_UNKNOWN" }));
  await balancer.configure({ listeners: [other] });
  await raw.closes();
});
