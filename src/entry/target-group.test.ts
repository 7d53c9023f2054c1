import { expect, test } from "vitest";
import type { TargetDescription } from "./configuration.ts";
import { Deadlines } from "./deadlines.ts";
import { TargetGroup } from "./target-group.ts";
import type { Target } from "./targets.ts";
import { balance, GET, okay, RawTarget } from "./test-support.ts";

function described(id: string, state: TargetDescription["state"] = "healthy"): TargetDescription {
  return { id, host: "127.0.0.1", port: 1, state };
}

function group(attributes: Partial<TargetGroup["attributes"]>): TargetGroup {
  const deadlines = new Deadlines(1000);
  const timeouts = { clientIdle: 1000, requestHead: 1000, targetIdle: 1000, connect: 1000 };
  return new TargetGroup(
    { name: "g", crossZone: true, ...attributes },
    { deadlines, timeouts, onDrained: () => {} },
  );
}

/** How many of a thousand requests each target gets when none is outstanding. */
function shares(of: TargetGroup): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let count = 0; count < 1000; count++) {
    const { id } = of.choose(undefined, undefined)!;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}

test("a new target begins with a share that grows until it is whole", () => {
  const warming = group({ slowStart: 30_000 });
  warming.setTargets([described("old")]);
  warming.setTargets([described("old"), described("new")]);
  const target = warming.bound("new")!;
  for (const [age, least, most] of [
    [0, 0, 5],
    [15_000, 200, 350],
    [27_000, 400, 500],
    [30_000, 500, 500],
  ] as const) {
    if (!Number.isNaN(target.warmingSince)) target.warmingSince = performance.now() - age;
    const { new: got = 0 } = shares(warming);
    expect(got).toBeGreaterThanOrEqual(least);
    expect(got).toBeLessThanOrEqual(most);
  }
  expect(target.warmingSince).toBeNaN();
});

test("the first targets of a group do not warm up, and one that fails stops it", () => {
  const warming = group({ slowStart: 30_000 });
  warming.setTargets([described("a"), described("b")]);
  expect(shares(warming)).toEqual({ a: 500, b: 500 });
  warming.setTargets([described("a"), described("b", "unhealthy")]);
  warming.setTargets([described("a"), described("b")]);
  expect(warming.bound("b")!.warmingSince).not.toBeNaN();
  warming.setTargets([described("b")]);
  // It is alone now: all there is.
  expect(shares(warming)).toEqual({ b: 1000 });
  warming.setTargets([described("b", "unhealthy")]);
  expect((warming.choose(undefined, undefined) as Target).warmingSince).toBeNaN();
});

test("without cross-zone balancing a node asks the targets of its zone alone", async () => {
  const [a, b] = await Promise.all([
    RawTarget.start(() => okay("from a"), "a"),
    RawTarget.start(() => okay("from b"), "b"),
  ]);
  const action = { kind: "forward", group: "group" } as const;
  const node = (zone: string) => ({
    name: zone,
    host: "127.0.0.1",
    port: 0,
    rules: [],
    defaultAction: action,
    zone,
  });
  const zones = { listeners: [node("one"), node("two")] };
  const targets = [
    { ...a.described(), zone: "one" },
    { ...b.described(), zone: "two" },
  ];
  const { client, balancer } = await balance(targets, {
    ...zones,
    groups: [{ name: "group", crossZone: false }],
  });
  const raw = client();
  for (let count = 1; count <= 3; count++) {
    await raw.write(GET).until(
      () => raw.text.split("from a").length === count + 1,
      () => raw.text,
    );
  }
  balancer.setTargets("group", targets.slice(1));
  expect(await client().write(GET).receives("</html>")).toContain("503");
  await balancer.configure(zones);
  await client().write(GET).receives("from b");
});

test("without cross-zone balancing clients of no node in particular are sent to the zones in turn", () => {
  const alone = group({ crossZone: false });
  const targets = [
    { ...described("a"), zone: "one" },
    { ...described("b"), zone: "two" },
    { ...described("c"), zone: "two" },
  ];
  alone.setTargets(targets);
  expect(shares(alone)).toEqual({ a: 500, b: 250, c: 250 });
  alone.setTargets([{ ...described("a", "unhealthy"), zone: "one" }, ...targets.slice(1)]);
  expect(shares(alone)).toEqual({ b: 500, c: 500 });
  alone.setTargets(targets.map((target) => ({ ...target, state: "unhealthy" as const })));
  expect(Object.keys(shares(alone))).toEqual(["a", "b", "c"]);
});

test.each([
  ["an answer that has not begun", "", "502"],
  ["an answer that has begun", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "half"],
])("cuts off %s when the deregistration delay is over", async (_, says, expected) => {
  const target = await RawTarget.start((_, socket) => void (says !== "" && socket.write(says)));
  const drained: string[] = [];
  const timeouts = { requestHead: 50 };
  const { client, balancer } = await balance(
    [target],
    { timeouts, groups: [{ name: "group", deregistrationDelay: 50 }] },
    { onDrained: (_, id) => drained.push(id) },
  );
  const raw = client().write(GET);
  await target.sees(1);
  if (says !== "") await raw.receives("half");
  balancer.setTargets("group", [target.described("draining")]);
  expect(drained).toEqual([]);
  if (says === "") await raw.receives("</html>");
  else await raw.closes();
  expect(raw.text).toContain(expected);
  await target.holds(0);
  expect(drained).toEqual(["a"]);
});

test("closes a WebSocket when the deregistration delay is over, and not before it began", async () => {
  const switching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nwelcome";
  const target = await RawTarget.start(() => switching);
  const groups = [{ name: "group", deregistrationDelay: 50 }];
  const { client, balancer } = await balance([target], { timeouts: { requestHead: 50 }, groups });
  const raw = client().write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
  );
  await raw.receives("welcome");
  expect(raw.closed).toBe(false);
  balancer.setTargets("group", []);
  await raw.closes();
  await target.holds(0);
  expect(balancer.metrics().groups[0]!.active).toBe(0);
});

test("a target that comes back in time keeps what it has", async () => {
  let release: (() => void) | undefined;
  const target = await RawTarget.start((_, socket) => {
    release = () => void socket.write(okay("late"));
    return undefined;
  });
  const groups = [{ name: "group", deregistrationDelay: 60 }];
  const { client, balancer } = await balance([target], { timeouts: { requestHead: 50 }, groups });
  const raw = client().write(GET);
  await target.sees(1);
  balancer.setTargets("group", [target.described("draining")]);
  balancer.setTargets("group", [target.described()]);
  // Another request is idle for longer than the delay would have been.
  await client().write("GET / HTTP/1.1\r\n").closes();
  release!();
  await raw.receives("late");
});
