import { expect, onTestFinished, test } from "vitest";
import { balance, GET, okay, RawClient, RawTarget, status } from "./test-support.ts";

/** Writes a byte now and then for as long as the connection lasts. */
function drip(raw: RawClient, text: string, everyMs: number): void {
  const timer = setInterval(() => raw.socket.writable && raw.write(text), everyMs);
  onTestFinished(() => clearInterval(timer));
}

test("closes what is more than its connections, at once, and counts it", async () => {
  const target = await RawTarget.start();
  const { client, balancer } = await balance([target], { limits: { connections: 2 } });
  const first = client();
  await first.write(GET).receives("hello");
  await client().write(GET).receives("hello");
  expect(await client().closes()).toBe("");
  expect(balancer.metrics()).toMatchObject({ connections: 2, newConnections: 2, rejectedConnections: 1 });
  first.socket.destroy();
  await first.until(
    () => balancer.metrics().connections === 1,
    () => "one connection",
  );
  await client().write(GET).receives("hello");
});

test("a listener has a limit of its own", async () => {
  const defaultAction = { kind: "fixed-response", status: 200, body: "fixed" } as const;
  const one = { name: "one", host: "127.0.0.1", port: 0, rules: [], defaultAction, maxConnections: 1 };
  const { balancer } = await balance([], {
    listeners: [one, { ...one, name: "group", defaultAction: { kind: "forward", group: "group" } }],
  });
  const [first, second] = balancer.addresses().map(({ port }) => port);
  await new RawClient(first!).write(GET).receives("fixed");
  expect(await new RawClient(first!).closes()).toBe("");
  await new RawClient(second!).write(GET).receives("503");
});

const RATE = { minimumRate: 2_000, patience: 100 };

test("a body that drips is given up, one that comes steadily is not", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target], { limits: RATE });
  const slow = client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  drip(slow, "x", 10);
  const steady = client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n");
  drip(steady, "x".repeat(100), 10);
  expect(status(await slow.closes())).toBe(408);
  expect(status(await steady.receives("hello"))).toBe(200);
});

test("a request may not take longer than it is given, however fast its bytes come", async () => {
  const target = await RawTarget.start();
  const { client } = await balance([target], { timeouts: { request: 150 } });
  const raw = client().write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  drip(raw, "1\r\nx\r\n", 10);
  expect(status(await raw.closes())).toBe(408);
});

test.each([
  ["nothing of", false],
  ["a little of", true],
])("a client that takes %s a large answer is cut off, and its target freed", async (_, reads) => {
  const body = "x".repeat(30_000_000);
  const target = await RawTarget.start(() => okay(body));
  const { client, balancer } = await balance([target], { limits: RATE, timeouts: { clientIdle: 20_000 } });
  const raw = client();
  raw.socket.pause();
  raw.socket.removeAllListeners("data");
  raw.write(GET);
  if (reads) {
    const timer = setInterval(() => raw.socket.read(1), 10);
    onTestFinished(() => clearInterval(timer));
  }
  await target.sees(1);
  await target.holds(0);
  expect(balancer.metrics()).toMatchObject({ connections: 0, groups: [{ active: 0 }] });
});

test("hundreds of slow senders and slow readers do not slow others down", async () => {
  const block = Buffer.alloc(64 * 1024, "x");
  const target = await RawTarget.start((request, socket) => {
    if (!request.includes("/large")) return okay("hello");
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${1000 * block.length}\r\n\r\n`);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(block));
      socket.once("drain", pour);
    };
    pour();
    return undefined;
  });
  const { client, balancer } = await balance([target]);
  const slow = Array.from({ length: 300 }, () => client().write("GET / HTTP/1.1\r\nHost: a\r\n"));
  for (const raw of slow) drip(raw, "A: b\r\n", 100);
  const bodies = Array.from({ length: 100 }, () =>
    client().write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"),
  );
  for (const raw of bodies) drip(raw, "x", 100);
  const readers = Array.from({ length: 30 }, () => client().write(GET.replace("/a", "/large")));
  for (const raw of readers) raw.socket.pause();
  await target.until(
    () => balancer.metrics().connections === 430 && target.open.size >= 130,
    () => `${target.open.size} connections there, ${balancer.metrics().connections} here`,
  );
  const raw = client();
  const times: number[] = [];
  for (let count = 1; count <= 200; count++) {
    const began = performance.now();
    await raw.write(GET).until(
      () => raw.text.length === count * okay("hello").length,
      () => raw.text,
    );
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  // Milliseconds on a quiet machine: the bounds tell a starved client from a busy machine.
  expect(times[100]).toBeLessThan(100);
  expect(times[197]).toBeLessThan(2_000);
});

test("a WebSocket on which nobody says anything is closed", async () => {
  const target = await RawTarget.start(
    () => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nwelcome",
  );
  const { client, balancer } = await balance([target], { timeouts: { clientIdle: 60 } });
  const raw = client().write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  expect(await raw.closes()).toMatch(/welcome$/);
  await target.holds(0);
  expect(balancer.metrics()).toMatchObject({ connections: 0, clientsGone: 0, groups: [{ active: 0 }] });
});
