import { afterEach, describe, expect, it } from "vitest";
import { type Client, echo, forwardings, freeAddress, saying, Target } from "./testing.ts";

const { forwarding, end } = forwardings();

afterEach(end);

const LENGTH = "x".length;
const say = (client: Client) => client.exchange("?", LENGTH);

async function sayings(client: () => Client, count: number): Promise<string[]> {
  const answers: string[] = [];
  for (let asked = 0; asked < count; asked++) answers.push(await say(client()));
  return answers;
}

describe("a route that leads to several places", () => {
  it("takes them in turn", async () => {
    await using a = await Target.open(saying("a"));
    await using b = await Target.open(saying("b"));
    await using c = await Target.open(saying("c"));
    const { client, spread } = await forwarding(null);
    await spread(...[a, b, c].map(({ address }) => ({ address, fault: null })));
    expect((await sayings(client, 6)).toSorted()).toEqual(["a", "a", "b", "b", "c", "c"]);
  });

  it("goes on to the next one where nobody takes a connection, and loses nothing of it", async () => {
    await using b = await Target.open(saying("b"));
    const { client, spread, counters } = await forwarding(null);
    await spread({ address: await freeAddress(), fault: null }, { address: b.address, fault: null });
    expect(await sayings(client, 4)).toEqual(["b", "b", "b", "b"]);
    expect(await counters()).toMatchObject({ accepted: 4, failed: 2, refused: 0 });
  });

  it("refuses where nobody takes a connection anywhere", async () => {
    const { client, spread, counters } = await forwarding(null);
    await spread(
      { address: await freeAddress(), fault: null },
      { address: await freeAddress(), fault: null },
    );
    await expect(client().closed).resolves.toBe("reset");
    expect(await counters()).toMatchObject({ accepted: 1, failed: 2, refused: 1, open: 0 });
  });

  it("sends nothing new to one that drains, and leaves it the connections that it has", async () => {
    await using a = await Target.open(saying("a"));
    await using b = await Target.open(saying("b"));
    const { client, spread } = await forwarding(null);
    await spread({ address: a.address, fault: null });
    const old = client();
    expect(await say(old)).toBe("a");
    await spread({ address: a.address, fault: null, drains: true }, { address: b.address, fault: null });
    expect(await sayings(client, 3)).toEqual(["b", "b", "b"]);
    expect(await say(old)).toBe("a");
    await spread({ address: b.address, fault: null });
    await expect(old.closed).resolves.toBe("reset");
  });

  it("has a fault on one of its ways alone", async () => {
    await using a = await Target.open(echo);
    await using b = await Target.open(echo);
    const { client, spread } = await forwarding(null);
    const ways = (cut: "drop" | "reset" | null) =>
      spread({ address: a.address, fault: cut && { cut } }, { address: b.address, fault: null });
    await ways(null);
    const both = [client(), client()];
    for (const one of both) await one.exchange("1");
    await ways("reset");
    const closed = await Promise.race(both.map(async (one) => [one, await one.closed] as const));
    expect(closed[1]).toBe("reset");
    expect(await both.find((one) => one !== closed[0])?.exchange("2")).toBe("2");
    expect(await client().exchange("3")).toBe("3");
    expect(await client().exchange("4")).toBe("4");
    expect(a.sockets.size).toBe(0);
  });
});
