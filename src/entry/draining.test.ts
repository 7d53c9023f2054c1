import { expect, test } from "vitest";
import { balance, GET, okay, RawTarget } from "./test-support.ts";

test("gives a request to the target with the fewest outstanding, equals taking turns", async () => {
  const slow = await RawTarget.start(() => undefined, "slow");
  const quick = await RawTarget.start(() => okay("hello"), "quick");
  const { client } = await balance([slow, quick]);
  client().write(GET);
  await slow.sees(1);
  const raw = client();
  for (let count = 1; count <= 5; count++) {
    await raw.write(GET).until(
      () => raw.text.split("hello").length === count + 1,
      () => raw.text,
    );
  }
  expect([slow.requests.length, quick.requests.length]).toEqual([1, 5]);
});

test("goes by what it is told of the targets' health, and fails open where none is healthy", async () => {
  const a = await RawTarget.start(() => okay("from a"), "a");
  const b = await RawTarget.start(() => okay("from b"), "b");
  const { balancer, client } = await balance([a, b]);
  const raw = client();
  const ask = async (times: number): Promise<string> => {
    raw.text = "";
    for (let count = 1; count <= times; count++) {
      await raw.write(GET).until(
        () => raw.text.split("from").length === count + 1,
        () => raw.text,
      );
    }
    return [...raw.text.matchAll(/from (.)/g)].map((match) => match[1]).join("");
  };
  expect(await ask(4)).toBe("abab");
  balancer.setTargets("group", [a.described("unhealthy"), b.described()]);
  expect(await ask(3)).toBe("bbb");
  balancer.setTargets("group", [a.described("unhealthy"), b.described("initial")]);
  expect([...(await ask(4))].sort().join("")).toBe("aabb");
  balancer.setTargets("group", [a.described("unhealthy"), b.described("draining")]);
  expect(await ask(2)).toBe("aa");
});

test.each(["draining", "removed"])(
  "a %s target finishes what it has, gets nothing new, and is told to be drained",
  async (how) => {
    let release: (() => void) | undefined;
    const old = await RawTarget.start((request, socket) => {
      if (!request.includes("/slow")) return okay("old");
      release = () => void socket.write(okay("slow"));
      return undefined;
    }, "old");
    const fresh = await RawTarget.start(() => okay("fresh"), "fresh");
    const drained: string[] = [];
    const { balancer, client } = await balance(
      [old],
      {},
      { onDrained: (group, target) => drained.push(`${group} ${target}`) },
    );
    await client().write(GET).receives("old");
    const first = client().write(GET.replace("/a", "/slow"));
    await old.sees(2);
    await client().write(GET).receives("old");
    await old.holds(2);
    balancer.setTargets("group", [
      ...(how === "draining" ? [old.described("draining")] : []),
      fresh.described(),
    ]);
    // The idle connection closes at once, that of the request in flight when it has its answer.
    await old.holds(1);
    await client().write(GET).receives("fresh");
    expect(drained).toEqual([]);
    release!();
    await first.receives("slow");
    expect(drained).toEqual(["group old"]);
    await old.holds(0);
    await first.write(GET).receives("fresh");
  },
);

test("tells of every draining anew, and of each once", async () => {
  const target = await RawTarget.start();
  const drained: string[] = [];
  const { balancer, client } = await balance([target], {}, { onDrained: (_, id) => drained.push(id) });
  balancer.setTargets("group", [target.described("draining")]);
  balancer.setTargets("group", [target.described("draining")]);
  expect(drained).toEqual(["a"]);
  balancer.setTargets("group", [target.described()]);
  await client().write(GET).receives("hello");
  balancer.setTargets("group", []);
  expect(drained).toEqual(["a", "a"]);
});

test("stops after what is in flight, and accepts nothing new", async () => {
  let release: (() => void) | undefined;
  const target = await RawTarget.start((request, socket) => {
    if (request.includes("/a")) return okay("hello");
    release = () => void socket.write(okay("late"));
    return undefined;
  });
  const { balancer, client } = await balance([target]);
  const idle = client();
  await idle.write(GET).receives("hello");
  const busy = client().write(GET.replace("/a", "/slow"));
  await target.sees(2);
  let stopped = false;
  const stopping = balancer.stop(60_000).then(() => (stopped = true));
  await idle.closes();
  expect(await client().write(GET).closes()).toBe("");
  expect(stopped).toBe(false);
  release!();
  expect(await busy.closes()).toMatch(/Connection: close\r\n[^]*late$/);
  await stopping;
  await target.holds(0);
});

test("cuts off what is still in flight at the deadline", async () => {
  const target = await RawTarget.start(() => undefined);
  const { balancer, client } = await balance([target]);
  const raw = client().write(GET);
  await target.sees(1);
  await balancer.stop(30);
  expect(await raw.closes()).toBe("");
  await target.holds(0);
});
