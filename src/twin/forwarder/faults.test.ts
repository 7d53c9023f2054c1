import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { Client, echo, forwardings, freeAddress, saying, Target } from "./testing.ts";

const { forwarding, end } = forwardings();

afterEach(end);

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

  it("breaks a route from its first moment on, and no other", async () => {
    await using target = await Target.open(echo);
    const { client, forwarder, listen } = await forwarding(target.address);
    const { address } = target;
    const whole = { name: "db", listen, to: [{ address, fault: null }] };
    const broken = {
      name: "later",
      listen: await freeAddress(),
      to: [{ address, fault: { cut: "reset" } }],
    } as const;
    await forwarder.handle({ id: 1, kind: "routes", routes: [whole, broken] });
    await expect(new Client(broken.listen).closed).resolves.toBe("reset");
    expect(await client().exchange("a")).toBe("a");
  });

  it("lets clients that are held back go where the route leads when it is pointed elsewhere", async () => {
    await using first = await Target.open(saying("first"));
    await using second = await Target.open(saying("second"));
    const { client, fault, forwarder, listen } = await forwarding(first.address);
    const one = client();
    await one.exchange("a", "first".length);
    await fault({ cut: "drop" });
    const routes = [{ name: "db", listen, to: [{ address: second.address, fault: null }] }];
    await forwarder.handle({ id: 1, kind: "routes", routes });
    await expect(one.closed).resolves.toBe("reset");
    expect(await client().exchange("b", "second".length)).toBe("second");
  });
});

function expired(ms: number): Promise<"expired"> {
  return new Promise((resolve) => void setTimeout(resolve, ms, "expired"));
}
