import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort, linux, needs, root } from "../testing.ts";
import { ask } from "./connection.ts";
import { Monitor } from "./monitor.ts";
import { redis, RedisWorkshop } from "./testing.ts";

const { skipped, why } = needs(redis);
const onLinux = needs(redis, linux);
const asRoot = needs(redis, linux, root);
let workshop: RedisWorkshop;

beforeEach(() => {
  workshop = new RedisWorkshop();
});
afterEach(() => workshop[Symbol.asyncDispose]());

describe.skipIf(skipped)(`starting Redis${why}`, () => {
  it("serves those who have the password, and gives services no say in its affairs", async () => {
    const node = await workshop.start("a");
    const client = workshop.client(node);
    expect(await client.set("k", "v")).toBe("OK");
    await expect(client.config("GET", "dir")).rejects.toThrow("NOPERM");
    await expect(client.call("REPLICAOF", "NO", "ONE")).rejects.toThrow("NOPERM");
    await expect(ask({ ...workshop.access(node), password: "wrong" }, 5_000, "PING")).rejects.toThrow(
      "NOAUTH",
    );
    expect(statSync(join(workshop.directory, "a", "redis.conf")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(workshop.directory, "a", "redis.conf"), "utf8")).not.toContain(
      "an application's",
    );
  });

  it("has after a stop what it had before, and nothing after a kill", async () => {
    const node = await workshop.start("a");
    await workshop.client(node).set("k", "v");
    expect(await node.stop(10_000)).toEqual({ code: 0, signal: null });
    const again = await workshop.start("a", { port: node.port });
    expect(await workshop.client(again).get("k")).toBe("v");
    expect(await again.kill()).toEqual({ code: null, signal: "SIGKILL" });
    const empty = await workshop.start("a");
    expect(await workshop.client(empty).get("k")).toBeNull();
    expect(existsSync(join(workshop.directory, "a", "dump.rdb"))).toBe(false);
  });

  it("has everything after a kill where there is an append-only file", async () => {
    const node = await workshop.start("a", { settings: { appendOnly: true } });
    const client = workshop.client(node);
    for (let n = 0; n < 200; n++) await client.set(`k${n}`, n);
    await node.kill();
    const again = await workshop.start("a", { settings: { appendOnly: true } });
    expect(await workshop.client(again).dbsize()).toBe(200);
    await again.stop(10_000);
    const third = await workshop.start("a", { settings: { appendOnly: true } });
    expect(await workshop.client(third).get("k199")).toBe("199");
  });

  it("says that its address is taken, by whomever", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    await expect(workshop.start("a", { port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
    });
    other.close();
    const node = await workshop.start("a");
    await expect(workshop.start("b", { port: node.port })).rejects.toMatchObject({ code: "PORT_TAKEN" });
  });

  it("says what Redis says where its data is damaged or its program is gone", async () => {
    const node = await workshop.start("a");
    await node.stop(10_000);
    writeFileSync(join(workshop.directory, "a", "dump.rdb"), "REDIS0009damaged");
    await expect(workshop.start("a")).rejects.toMatchObject({ code: "STORE_START_FAILED" });
    const programs = { directory: "/nowhere", version: "7.0.15", source: "path", env: {} } as const;
    await expect(workshop.start("b", { programs })).rejects.toMatchObject({
      code: "STORE_START_FAILED",
      message: expect.stringContaining("ENOENT") as string,
    });
  });

  it("says that its directory cannot be made", async () => {
    writeFileSync(join(workshop.directory, "a"), "a file");
    const directory = join(workshop.directory, "a", "data");
    await expect(workshop.start("b", { directory })).rejects.toMatchObject({ code: "DIRECTORY_UNWRITABLE" });
  });

  it("refuses writes that do not fit its memory rather than grow", async () => {
    const node = await workshop.start("a", {
      settings: { maxMemoryBytes: 4 * 2 ** 20, eviction: "noeviction" },
    });
    const client = workshop.client(node);
    const fill = async () => {
      for (let n = 0; n < 100; n++) await client.set(`k${n}`, "x".repeat(100_000));
    };
    await expect(fill()).rejects.toThrow("OOM");
  });
});

describe.skipIf(onLinux.skipped)(`a Redis that hangs${onLinux.why}`, () => {
  it("fails its probes in time, answers them again, and can be stopped", async () => {
    const node = await workshop.start("a");
    const monitor = new Monitor(workshop.access(node));
    expect(await monitor.look(5_000)).toMatchObject({ ok: true, role: "primary", replicas: [] });
    process.kill(node.pid, "SIGSTOP");
    expect(await monitor.look(100)).toEqual({ ok: false, reason: "no answer within 100 ms" });
    process.kill(node.pid, "SIGCONT");
    expect(await monitor.look(5_000)).toMatchObject({ ok: true });
    process.kill(node.pid, "SIGSTOP");
    expect(await node.stop(10_000)).toEqual({ code: 0, signal: null });
    expect(await monitor.look(5_000)).toMatchObject({ ok: false });
    monitor.close();
  });
});

it.skipIf(asRoot.skipped)(`does not run as root${asRoot.why}`, async () => {
  const node = await workshop.start("a");
  const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${node.pid}/status`, "utf8"))?.[1];
  expect(uid).not.toBe("0");
  expect(statSync(join(workshop.directory, "a")).uid).toBe(Number(uid));
});
