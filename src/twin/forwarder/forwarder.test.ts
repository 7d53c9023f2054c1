import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { echo, forwardings, freeAddress, saying, Target } from "./testing.ts";

const { forwarding, end } = forwardings();

afterEach(end);

const NOISE = randomBytes(400_000);

/** Up to so many bytes of noise: to have fast-check make up each byte takes longer than to send them. */
function slice(maxLength: number): fc.Arbitrary<Buffer> {
  const ends = fc.tuple(fc.nat(100_000), fc.integer({ min: 1, max: maxLength }));
  return ends.map(([from, length]) => NOISE.subarray(from, from + length));
}

describe("carrying", () => {
  it("passes any bytes in any split on unchanged, both ways at once", async () => {
    const chunks = fc.array(slice(200_000), { maxLength: 12 });
    await using target = await Target.open(echo);
    const { client } = await forwarding(target.address);
    await fc.assert(
      fc.asyncProperty(chunks, async (parts) => {
        const one = client();
        const sent = Buffer.concat(parts);
        for (const part of parts) one.socket.write(part);
        one.socket.end();
        await one.ended;
        expect(one.received.equals(sent)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("passes them on unchanged while faults come and go", async () => {
    const faults = fc.array(
      fc.oneof(
        fc.constant(null),
        fc.constant({ cut: "drop" } as const),
        fc.record({ delayMs: fc.nat(5), jitterMs: fc.nat(5) }),
      ),
      { maxLength: 8 },
    );
    await using target = await Target.open(echo);
    const { client, fault } = await forwarding(target.address);
    await fc.assert(
      fc.asyncProperty(faults, slice(300_000), async (all, bytes) => {
        const one = client();
        const size = Math.ceil(bytes.length / (all.length + 1));
        for (const [index, each] of [...all, null].entries()) {
          one.socket.write(bytes.subarray(index * size, (index + 1) * size));
          await fault(each);
          await new Promise((resolve) => void setImmediate(resolve));
        }
        one.socket.end();
        await one.ended;
        expect(one.received.equals(bytes)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("passes a half-close on and lets the answer come back", async () => {
    await using target = await Target.open((socket) => {
      let asked = "";
      socket.on("data", (chunk) => (asked += String(chunk)));
      socket.on("end", () => socket.end(`you asked ${asked}`));
    });
    const { client, counters } = await forwarding(target.address);
    const one = client();
    one.socket.end("what");
    await one.ended;
    expect(one.received.toString()).toBe("you asked what");
    await expect.poll(counters).toMatchObject({ accepted: 1, open: 0, bytesTo: 4, bytesFrom: 14 });
  });

  it("stops reading from a client whose target does not read", async () => {
    await using target = await Target.open((socket) => void socket.pause());
    const { client, counters } = await forwarding(target.address);
    const one = client();
    const chunk = Buffer.alloc(1024 * 1024);
    let taken = 0;
    // Until the socket takes no more for as long as any buffer on the way still has room.
    for (;;) {
      const flushed = new Promise((resolve) => void one.socket.write(chunk, resolve));
      if ((await Promise.race([flushed, expired(300)])) === "expired") break;
      taken += chunk.length;
      expect(taken).toBeLessThan(64 * 1024 * 1024);
    }
    const { bytesTo } = await counters();
    for (const socket of target.sockets) socket.resume();
    await expect.poll(async () => (await counters()).bytesTo).toBe(taken + chunk.length);
    expect(bytesTo).toBeLessThanOrEqual(taken + chunk.length);
  });

  it("resets the client when the target resets, and the target when the client does", async () => {
    await using target = await Target.open(echo);
    const { client, counters } = await forwarding(target.address);
    const [one, two] = [client(), client()];
    await Promise.all([one.exchange("a"), two.exchange("b")]);
    const [first] = target.sockets;
    first?.resetAndDestroy();
    await expect(Promise.race([one.closed, two.closed])).resolves.toBe("reset");
    for (const { socket } of [one, two]) socket.resetAndDestroy();
    await expect.poll(() => target.sockets.size).toBe(0);
    await expect.poll(async () => (await counters()).open).toBe(0);
  });

  it("resets a client whose target does not listen, and counts it", async () => {
    const { client, counters } = await forwarding(await freeAddress());
    await expect(client().closed).resolves.toBe("reset");
    await expect.poll(counters).toMatchObject({ failed: 1, open: 0 });
  });
});

describe("routes", () => {
  it("moves clients to the new target at once, on the same address", async () => {
    await using old = await Target.open(saying("old"));
    await using next = await Target.open(saying("new"));
    const { client, point } = await forwarding(old.address);
    const one = client();
    expect(await one.exchange("?", 3)).toBe("old");
    await point(next.address);
    await expect(one.closed).resolves.toBe("reset");
    await expect.poll(() => old.sockets.size).toBe(0);
    expect(await client().exchange("?", 3)).toBe("new");
  });

  it("leaves what does not change alone", async () => {
    await using target = await Target.open(echo);
    const { client, forwarder, listen } = await forwarding(target.address);
    const one = client();
    await one.exchange("before");
    const other = { name: "cache", listen: await freeAddress(), to: [] };
    const routes = [{ name: "db", listen, to: [{ address: { ...target.address }, fault: null }] }, other];
    expect(await forwarder.handle({ id: 1, kind: "routes", routes })).toEqual({
      kind: "listening",
      routes: ["db", "cache"],
    });
    expect(await one.exchange("after")).toBe("after");
  });

  it("closes every connection at once where there is nothing to go to", async () => {
    const { client, counters } = await forwarding(null);
    await expect(client().closed).resolves.toBe("reset");
    expect(await counters()).toMatchObject({ accepted: 1, refused: 1, open: 0 });
  });

  it("ends the connections of a route that goes, and gives its address to the one that comes", async () => {
    await using target = await Target.open(echo);
    const { client, forwarder, listen } = await forwarding(target.address);
    const one = client();
    await one.exchange("a");
    await forwarder.handle({
      id: 1,
      kind: "routes",
      routes: [{ name: "new", listen, to: [{ address: target.address, fault: null }] }],
    });
    await expect(one.closed).resolves.toBe("reset");
    expect(await client().exchange("b")).toBe("b");
  });

  it("says which address is taken, and opens the others", async () => {
    await using target = await Target.open(echo);
    const { client, forwarder, listen } = await forwarding(target.address);
    const routes = [
      { name: "taken", listen: target.address, to: [] },
      { name: "db", listen, to: [{ address: target.address, fault: null }] },
    ];
    expect(await forwarder.handle({ id: 1, kind: "routes", routes })).toMatchObject({
      kind: "failed",
      code: "PORT_TAKEN",
      message: expect.stringContaining(String(target.address.port)),
    });
    expect(await client().exchange("a")).toBe("a");
  });
});

function expired(ms: number): Promise<"expired"> {
  return new Promise((resolve) => void setTimeout(resolve, ms, "expired"));
}
