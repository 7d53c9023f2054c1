import { randomBytes } from "node:crypto";
import { once } from "node:events";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { Forwarder } from "./forwarder.ts";
import type { Address, Counters, Fault, Route } from "./messages.ts";
import { Client, Target, echo, freeAddress, saying } from "./testing.ts";

const forwarders: Forwarder[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await Promise.all(forwarders.splice(0).map((forwarder) => forwarder.close()));
});

/** A forwarder with one route, `db`. */
async function forwarding(to: Address | null): Promise<{
  listen: Address;
  forwarder: Forwarder;
  point: (to: Address | null) => Promise<unknown>;
  fault: (fault: Fault | null) => Promise<unknown>;
  counters: () => Promise<Counters>;
  client: () => Client;
}> {
  const forwarder = new Forwarder();
  forwarders.push(forwarder);
  const listen = await freeAddress();
  const shape = (routes: Route[]): Promise<unknown> => forwarder.handle({ id: 1, kind: "routes", routes });
  await shape([{ name: "db", listen, to }]);
  return {
    listen,
    forwarder,
    point: (next) => shape([{ name: "db", listen, to: next }]),
    fault: (fault) => forwarder.handle({ id: 2, kind: "fault", route: "db", fault }),
    counters: async () => {
      const answer = await forwarder.handle({ id: 3, kind: "counters" });
      if (answer.kind !== "counters" || !answer.routes["db"]) throw new Error("no counters");
      return answer.routes["db"];
    },
    client: () => {
      const client = new Client(listen);
      clients.push(client);
      return client;
    },
  };
}

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
    const other = { name: "cache", listen: await freeAddress(), to: null };
    const routes = [{ name: "db", listen, to: { ...target.address } }, other];
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
    await forwarder.handle({ id: 1, kind: "routes", routes: [{ name: "new", listen, to: target.address }] });
    await expect(one.closed).resolves.toBe("reset");
    expect(await client().exchange("b")).toBe("b");
  });

  it("says which address is taken, and opens the others", async () => {
    await using target = await Target.open(echo);
    const { client, forwarder, listen } = await forwarding(target.address);
    const routes = [
      { name: "taken", listen: target.address, to: null },
      { name: "db", listen, to: target.address },
    ];
    expect(await forwarder.handle({ id: 1, kind: "routes", routes })).toMatchObject({
      kind: "failed",
      code: "PORT_TAKEN",
      message: expect.stringContaining(String(target.address.port)),
    });
    expect(await client().exchange("a")).toBe("a");
  });
});

describe("faults", () => {
  it("holds everything back under a drop, and goes on when it heals", async () => {
    await using target = await Target.open(echo);
    const { client, fault } = await forwarding(target.address);
    const one = client();
    await one.exchange("a");
    await fault({ cut: "drop" });
    const late = client();
    const answers = [one.exchange("held"), late.exchange("new")];
    await expect(Promise.race([...answers, expired(100)])).resolves.toBe("expired");
    expect(target.sockets.size).toBe(1);
    await fault(null);
    expect(await Promise.all(answers)).toEqual(["held", "new"]);
  });

  it("does not tell one side of a partition that the other is gone before it heals", async () => {
    await using target = await Target.open(echo);
    const { client, fault, counters } = await forwarding(target.address);
    const one = client();
    await one.exchange("a");
    await fault({ cut: "drop" });
    for (const socket of target.sockets) socket.resetAndDestroy();
    await expect(Promise.race([one.closed, expired(100)])).resolves.toBe("expired");
    await fault(null);
    await expect(one.closed).resolves.toBe("reset");
    await expect.poll(async () => (await counters()).open).toBe(0);
  });

  it("forgets clients that came under a drop and gave up", async () => {
    await using target = await Target.open(echo);
    const { client, fault, counters } = await forwarding(target.address);
    await fault({ cut: "drop" });
    const many = Array.from({ length: 20 }, client);
    await Promise.all(many.map(({ socket }) => once(socket, "connect")));
    await expect.poll(async () => (await counters()).open).toBe(20);
    for (const { socket } of many) socket.destroy();
    await expect.poll(async () => (await counters()).open).toBe(0);
    await fault(null);
    expect(target.sockets.size).toBe(0);
  });

  it("takes in no more than a little of what is held back", async () => {
    await using target = await Target.open(echo);
    const { client, fault } = await forwarding(target.address);
    const one = client();
    await one.exchange("a");
    await fault({ cut: "drop" });
    const bytes = Buffer.alloc(32 * 1024 * 1024, "x");
    const flushed = new Promise((resolve) => void one.socket.write(bytes, resolve));
    await expect(Promise.race([flushed, expired(200)])).resolves.toBe("expired");
    await fault(null);
    expect((await one.bytes(1 + bytes.length)).length).toBe(1 + bytes.length);
  });

  it("resets connections and refuses new ones until it heals", async () => {
    await using target = await Target.open(echo);
    const { client, fault, counters } = await forwarding(target.address);
    const one = client();
    await one.exchange("a");
    await fault({ cut: "reset" });
    await expect(one.closed).resolves.toBe("reset");
    await expect(client().closed).resolves.toBe("reset");
    expect(await counters()).toMatchObject({ accepted: 2, refused: 1 });
    await fault(null);
    expect(await client().exchange("b")).toBe("b");
  });

  it("delays each direction and keeps the order", async () => {
    await using target = await Target.open(echo);
    const { client, fault } = await forwarding(target.address);
    const one = client();
    await one.exchange("a");
    await fault({ delayMs: 30, jitterMs: 20 });
    const begin = performance.now();
    const sent = Array.from({ length: 100 }, (_, index) => `${index};`);
    for (const part of sent) {
      one.socket.write(part);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    const text = sent.join("");
    expect((await one.bytes(1 + text.length)).toString()).toBe(`a${text}`);
    expect(performance.now() - begin).toBeGreaterThan(59);
    await fault(null);
    await one.exchange("still there");
  });

  it("breaks every route, later ones included, and heals one of them", async () => {
    await using target = await Target.open(echo);
    const { client, forwarder, listen } = await forwarding(target.address);
    await forwarder.handle({ id: 1, kind: "fault", route: "*", fault: { cut: "reset" } });
    const later = { name: "later", listen: await freeAddress(), to: target.address };
    await forwarder.handle({
      id: 2,
      kind: "routes",
      routes: [{ name: "db", listen, to: target.address }, later],
    });
    await expect(new Client(later.listen).closed).resolves.toBe("reset");
    await forwarder.handle({ id: 3, kind: "fault", route: "db", fault: null });
    expect(await client().exchange("a")).toBe("a");
    await expect(new Client(later.listen).closed).resolves.toBe("reset");
    expect(await forwarder.handle({ id: 4, kind: "fault", route: "nowhere", fault: null })).toMatchObject({
      code: "ROUTE_UNKNOWN",
    });
  });
});

function expired(ms: number): Promise<"expired"> {
  return new Promise((resolve) => void setTimeout(resolve, ms, "expired"));
}
