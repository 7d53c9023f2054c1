import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../testing.ts";
import { until } from "../wait.ts";
import { Monitor } from "./monitor.ts";
import { promote } from "./promote.ts";
import { type Node, redis, RedisWorkshop } from "./testing.ts";

const { skipped, why } = needs(redis);
let workshop: RedisWorkshop;

beforeEach(() => {
  workshop = new RedisWorkshop();
});
afterEach(() => workshop[Symbol.asyncDispose]());

/** Waits until a replica has a whole copy and the primary knows it. */
async function untilFollowing(replica: Node, primary: Node): Promise<void> {
  const monitors = [replica, primary].map((node) => new Monitor(workshop.access(node)));
  const followed = await until(
    async () => {
      const [here, there] = await Promise.all(monitors.map((monitor) => monitor.look(2_000)));
      const known = there?.ok === true && there.replicas.includes(`${replica.host}:${replica.port}`);
      return (here?.ok === true && here.follows && known) || undefined;
    },
    { timeoutMs: 20_000, everyMs: 20 },
  );
  for (const monitor of monitors) monitor.close();
  if (!followed) throw new Error("The replica does not follow.");
}

describe.skipIf(skipped)(`a Redis that follows another${why}`, () => {
  it("has what the primary has, refuses writes, and is the primary when it is promoted", async () => {
    const primary = await workshop.start("a");
    await workshop.client(primary).set("before", "1");
    const replica = await workshop.start("b", { upstream: primary });
    await untilFollowing(replica, primary);
    const client = workshop.client(replica);
    expect(await client.get("before")).toBe("1");
    await expect(client.set("k", "v")).rejects.toThrow("READONLY");
    await primary.kill();
    await promote(workshop.access(replica), 5_000);
    await promote(workshop.access(replica), 5_000);
    expect(await client.set("k", "v")).toBe("OK");
    expect(await client.get("before")).toBe("1");
  });

  it("that was primary comes back as a replica, and never takes a write", async () => {
    const first = await workshop.start("a", { settings: { appendOnly: true } });
    await workshop.client(first).set("k", "old");
    const second = await workshop.start("b", { upstream: first, settings: { appendOnly: true } });
    await untilFollowing(second, first);
    await first.kill();
    await promote(workshop.access(second), 5_000);
    await workshop.client(second).set("k", "new");
    const back = await workshop.start("a", { upstream: second, settings: { appendOnly: true } });
    await expect(workshop.client(back).set("k", "lost")).rejects.toThrow("READONLY");
    await untilFollowing(back, second);
    expect(await workshop.client(back).get("k")).toBe("new");
  });

  it("says how far it is, also when its primary is gone", async () => {
    const primary = await workshop.start("a");
    const replica = await workshop.start("b", { upstream: primary });
    await untilFollowing(replica, primary);
    const monitor = new Monitor(workshop.access(replica));
    const before = await monitor.look(2_000);
    await workshop.client(primary).set("k", "x".repeat(10_000));
    const after = await until(
      async () => {
        const seen = await monitor.look(2_000);
        return seen.ok && before.ok && seen.offset > before.offset + 10_000 ? seen : undefined;
      },
      { timeoutMs: 10_000 },
    );
    await primary.kill();
    const left = await until(
      async () => {
        const seen = await monitor.look(2_000);
        return seen.ok && !seen.follows ? seen : undefined;
      },
      { timeoutMs: 10_000 },
    );
    expect(left?.offset).toBeGreaterThanOrEqual(after?.offset ?? Number.NaN);
    monitor.close();
  });

  it("leaves nothing of its first copy on the disk where nothing is to be kept", async () => {
    const primary = await workshop.start("a");
    await workshop.client(primary).set("k", "v");
    const replica = await workshop.start("b", { upstream: primary });
    await untilFollowing(replica, primary);
    await replica.kill();
    await primary.kill();
    const alone = await workshop.start("b");
    expect(await workshop.client(alone).dbsize()).toBe(0);
  });
});
