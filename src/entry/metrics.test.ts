import { expect, test } from "vitest";
import { Counters, RESPONSE_TIME_BOUNDS } from "./metrics.ts";
import { balance, GET, okay, RawTarget } from "./test-support.ts";

test("counts the answers of targets by class", async () => {
  const statuses = ["200", "302", "404", "500"];
  const target = await RawTarget.start(() => okay("hello").replace("200", statuses.shift()!));
  const { client, balancer } = await balance([target]);
  const raw = client();
  for (let count = 1; count <= 4; count++)
    await raw.write(GET).until(
      () => raw.text.split("hello").length === count + 1,
      () => raw.text,
    );
  const [group] = balancer.metrics().groups;
  const each = { requests: 4, active: 0, target2xx: 1, target3xx: 1, target4xx: 1, target5xx: 1 };
  expect(group).toMatchObject(each);
  expect(group!.targets[0]).toMatchObject({ id: "a", state: "healthy", ...each, elb5xx: 0 });
});

test("counts each target by itself, and the group all of them, also those that are gone", async () => {
  const slow = await RawTarget.start(() => okay("slow"), "slow");
  const fast = await RawTarget.start(() => okay("fast!"), "fast");
  const { client, balancer } = await balance([slow, fast]);
  for (let count = 0; count < 4; count++) await client().write(GET).receives("\r\n\r\n");
  const before = balancer.metrics().groups[0]!;
  expect(before.targets).toMatchObject(
    [slow, fast].map((target) => ({
      id: target.id,
      requests: 2,
      active: 0,
      connections: 1,
      bytesSent: target.bytes.length,
      bytesReceived: 2 * okay(target === slow ? "slow" : "fast!").length,
    })),
  );
  expect(before).toMatchObject({
    requests: 4,
    connections: 2,
    bytesSent: slow.bytes.length + fast.bytes.length,
  });
  balancer.setTargets("group", [fast.described()]);
  await slow.holds(0);
  const { bytesSent, bytesReceived, connections, targets } = balancer.metrics().groups[0]!;
  expect({ bytesSent, bytesReceived }).toEqual({
    bytesSent: before.bytesSent,
    bytesReceived: before.bytesReceived,
  });
  expect([connections, targets.length]).toEqual([1, 1]);
});

test("a request in flight is active, on a connection", async () => {
  const target = await RawTarget.start(() => undefined);
  const { client, balancer } = await balance([target]);
  client().write(GET);
  await target.sees(1);
  const expected = { active: 1, connections: 1, requests: 1, target2xx: 0 };
  expect(balancer.metrics().groups[0]).toMatchObject({ ...expected, targets: [expected] });
});

test("every response is in the class of the time that it took", async () => {
  const target = await RawTarget.start();
  const { client, balancer } = await balance([target]);
  await client().write(GET).receives("hello");
  const { responseTime, responseTimes } = balancer.metrics().groups[0]!.targets[0]!;
  const place = responseTimes.findIndex((count) => count > 0);
  expect(responseTimes.reduce((sum, count) => sum + count)).toBe(1);
  expect(responseTime).toBeGreaterThan(RESPONSE_TIME_BOUNDS[place - 1] ?? 0);
  expect(responseTime).toBeLessThanOrEqual(RESPONSE_TIME_BOUNDS[place] ?? Infinity);
});

test("a bound belongs to the class that it ends", () => {
  const counters = new Counters();
  for (const bound of RESPONSE_TIME_BOUNDS) counters.countTarget(200, bound);
  counters.countTarget(200, RESPONSE_TIME_BOUNDS.at(-1)! + 1);
  expect(counters.snapshot().responseTimes).toEqual(Array.from(counters.responseTimes, () => 1));
  expect(counters.target2xx).toBe(RESPONSE_TIME_BOUNDS.length + 1);
});
