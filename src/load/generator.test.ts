import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { Generator, type Load, type Second } from "./generator.ts";
import { shapeOf } from "./shape.ts";

let server: Server;

afterEach(() => server.close());

/** Starts a server, and gives the load of so many requests a second to it. */
async function loadOf(
  listener: Parameters<typeof createServer>[1],
  { rate, seconds, ...rest }: { rate: number; seconds: number } & Partial<Load>,
): Promise<Load> {
  server = createServer({ keepAliveTimeout: 60_000 }, listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: { host: "127.0.0.1", port, tls: null },
    arrivals: { kind: "rate", segments: shapeOf("steady", rate, seconds), spacing: "even", seed: 1 },
    seconds,
    connections: 8,
    timeoutMs: 2000,
    giveUpAfterMs: null,
    ...rest,
  };
}

const request = (sequence: number) => `GET /${sequence} HTTP/1.1\r\nhost: here\r\n\r\n`;

it("counts the latency from when a request was due: a stall shows in all that it held up", async () => {
  let stalled = false;
  const load = await loadOf(
    (_, response) => {
      if (!stalled) {
        stalled = true;
        // The whole server stands still, as in a long garbage collection.
        for (const until = performance.now() + 500; performance.now() < until;);
      }
      response.end("well");
    },
    { rate: 200, seconds: 1, connections: 1 },
  );
  const { asked, succeeded, latency } = await new Generator(load, request).run();
  expect({ asked, succeeded }).toEqual({ asked: 200, succeeded: 200 });
  // A hundred requests were due while it stood still: a quarter of all waited for at least half of the time.
  expect(latency.p50).toBeLessThan(latency.p90);
  expect(latency.p90).toBeGreaterThan(200);
});

it("tells failures by what they are, and goes on", async () => {
  const seen: Second[] = [];
  const load = await loadOf(
    (incoming, response) => {
      const number = Number(incoming.url?.slice(1));
      if (number % 10 === 1) incoming.socket.destroy();
      else if (number % 10 === 2) response.writeHead(503).end("busy");
      else if (number % 10 !== 3) response.end("well");
    },
    { rate: 40, seconds: 1, timeoutMs: 1000 },
  );
  const { answered, failed, acknowledged } = await new Generator(load, request, (second) =>
    seen.push(second),
  ).run();
  expect(answered).toEqual({ 200: 28, 503: 4, broken: 4, timeout: 4 });
  expect(failed).toBe(12);
  expect(acknowledged[0]).toBe(0b11110001);
  expect(seen.length).toBeGreaterThan(0);
});

it("does without connections that end with their answers", async () => {
  const load = await loadOf((_, response) => void response.setHeader("connection", "close").end("well"), {
    rate: 40,
    seconds: 0.5,
  });
  expect(await new Generator(load, request).run()).toMatchObject({ succeeded: 20, failed: 0 });
});

it("ends when it is stopped, with what there is", async () => {
  const load = await loadOf((_, response) => void response.end("well"), { rate: 100, seconds: 600 });
  const generator = new Generator(load, request, () => generator.stop());
  const { asked, succeeded } = await generator.run();
  expect(asked).toBe(succeeded);
  expect(asked).toBeGreaterThan(50);
});

it("says why there is nobody to ask", async () => {
  const load = await loadOf(() => {}, { rate: 10, seconds: 1 });
  await new Promise((resolve) => server.close(resolve));
  await expect(new Generator(load, request).run()).rejects.toThrow("ECONNREFUSED");
});
