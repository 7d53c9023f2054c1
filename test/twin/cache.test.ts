import { Redis } from "ioredis";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { copiesOf } from "#stores/packages/copies.ts";
import { redis } from "#stores/redis/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import type { StoreStatus, TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { environmentOf } from "../support/processes.ts";
import { Project } from "../support/project.ts";
import { untilStatus } from "../support/twin-view.ts";

const NAME = "own-development";
const aCache = needs(linux, redis);

/** A cache of three nodes in two zones, and one in a pod whose data is on a volume. */
const STORES = {
  cache: {
    kind: "redis",
    version: "7.1",
    instance: "cache.t3.micro",
    subnets: "private",
    multiZone: true,
    readReplicas: 2,
    purposes: ["rate-limits"],
  },
  carts: {
    kind: "redis",
    hosting: "pods",
    version: "7.2",
    size: { cpu: "100m", memory: "64MiB" },
    volume: "1GiB",
    subnets: "private",
    purposes: ["sessions"],
    appendOnlyFile: true,
  },
};

describe.skipIf(aCache.skipped)(`caches of a twin${aCache.why}`, () => {
  let project: Project;
  let env: Record<string, string>;
  const clients: Redis[] = [];

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, { stores: STORES, services: { web: { uses: ["cache", "carts"] } } });
    const { services } = await project.up();
    env = environmentOf(services[0]?.replicas[0]?.pid as number);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const until = (what: string, holds: (status: TwinStatus) => boolean) =>
    untilStatus(project, NAME, what, holds, 30_000);
  const complete = () => until("all of it runs", ({ phase }) => phase === "running");

  /** A client as a service has one: it connects again when its connection breaks. */
  function connect(variable: string): Redis {
    const client = new Redis(env[variable] as string, { maxRetriesPerRequest: 0, retryStrategy: () => 20 });
    client.on("error", () => {});
    clients.push(client);
    return client;
  }

  /** What the append-only files of a store's node hold. */
  function written(store: string): string {
    const { data } = project.state(NAME);
    return globSync(join(data, `${store}*`, "**", "*.incr.aof"))
      .map((file) => readFileSync(file, "latin1"))
      .join("");
  }

  it("gives services a writer and a reader, both behind a password that no command line shows", async () => {
    const [writer, reader] = [connect("CACHE_URL"), connect("CACHE_READER_URL")];
    await untilWritten(writer, "greeting");
    await eventually("the replica has it", async () => (await reader.get("greeting")) === "1");
    await expect(reader.set("k", "v")).rejects.toThrow("READONLY");
    await expect(writer.config("GET", "dir")).rejects.toThrow("NOPERM");
    const { password, hostname, port } = new URL(env["CACHE_URL"] as string);
    const stranger = new Redis({ host: hostname, port: Number(port), retryStrategy: () => null });
    stranger.on("error", () => {});
    await expect(stranger.ping()).rejects.toThrow("NOAUTH");
    stranger.disconnect();
    expect(password.length).toBeGreaterThan(20);
    expect(project.processes().filter(({ command }) => command.includes(password))).toEqual([]);
  });

  it("fails over when the primary is killed, and again when the next one is; the endpoints stay", async () => {
    for (const round of ["first", "second"]) {
      const before = await complete();
      const writer = connect("CACHE_URL");
      await untilWritten(writer, round);
      // What all replicas have confirmed, a failover does not lose.
      expect(await writer.wait(2, 10_000)).toBe(2);
      const primary = nodeOf(before, "primary");
      process.kill(primary.pid as number, "SIGKILL");
      await until("another is primary", (status) => nodeOf(status, "primary").id !== primary.id);
      await untilWritten(writer, `${round} after`);
      const after = await complete();
      const { nodes } = storeOf(after, "cache");
      expect(nodes.filter(({ role }) => role === "replica").map(({ state }) => state)).toEqual([
        "following",
        "following",
      ]);
      const promoted = nodeOf(after, "primary");
      expect(storeOf(before, "cache").nodes).toContainEqual({
        ...promoted,
        role: "replica",
        state: "following",
      });
      expect(storeOf(after, "cache").writer).toBe(storeOf(before, "cache").writer);
      expect(await writer.get(round)).toBe("1");
      const reader = connect("CACHE_READER_URL");
      await eventually("reads see it", async () => (await reader.get(`${round} after`)) === "1");
    }
  }, 90_000);

  it("fails over when the primary hangs, and leaves no stopped process", async () => {
    const { id, pid } = nodeOf(await complete(), "primary");
    process.kill(pid as number, "SIGSTOP");
    await until("another is primary", (status) => nodeOf(status, "primary").id !== id);
    await untilWritten(connect("CACHE_URL"), "after a hang");
    await complete();
    expect(project.processes().filter(({ state }) => state === "T")).toEqual([]);
  }, 60_000);

  it("goes on writing and reading while a replica is away", async () => {
    const { id, pid } = nodeOf(await complete(), "replica");
    const [writer, reader] = [connect("CACHE_URL"), connect("CACHE_READER_URL")];
    process.kill(pid as number, "SIGKILL");
    await untilWritten(writer, "alone");
    await eventually("it is read", async () => (await reader.get("alone")) === "1");
    const after = await complete();
    expect(nodeOf(after, "replica").id).toBe(id);
    expect(nodeOf(after, "replica").pid).not.toBe(pid);
  }, 60_000);

  it("starts a single node again in place, with everything that it had written down", async () => {
    const [node] = storeOf(await complete(), "carts").nodes;
    const client = connect("CARTS_URL");
    for (let n = 0; n < 50; n++) await client.set(`cart-${n}`, n);
    // With appendfsync everysec, Redis holds back its writes while the disk is slow, for 2 s at most.
    await eventually("all of it is in the file", async () => written("carts").includes("cart-49"));
    process.kill(node?.pid as number, "SIGKILL");
    await eventually("it has all of it", async () => (await client.dbsize()) === 50);
    const [again] = storeOf(await complete(), "carts").nodes;
    expect(again).toMatchObject({ id: node?.id, address: node?.address, role: "primary" });
    expect(again?.pid).not.toBe(node?.pid);
  });

  it("has after a stop what it had before, with the same primary", async () => {
    const before = await complete();
    await untilWritten(connect("CACHE_URL"), "kept");
    await project.json(["down"]);
    await project.empty(0);
    const after = await project.up();
    expect(nodeOf(after, "primary").id).toBe(nodeOf(before, "primary").id);
    const { services } = after;
    env = environmentOf(services[0]?.replicas[0]?.pid as number);
    expect(await connect("CACHE_URL").get("kept")).toBe("1");
    expect(await connect("CARTS_URL").dbsize()).toBe(50);
  }, 60_000);

  it("has told of it, and says what is not as on AWS", async () => {
    const told = readFileSync(`${project.state(NAME).logs}/events.log`, "utf8");
    expect(told).toContain("is promoted to primary; what it had not received yet is lost");
    const { substitutes, stores } = await project.status(NAME);
    expect(substitutes.find(({ part }) => part === "stores.cache")).toMatchObject({
      declared: "ElastiCache Redis 7.1, cache.t3.micro, Multi-AZ",
      runs: expect.stringMatching(/^Redis \d+\.\d+\.\d+ from/) as string,
      reason: expect.stringContaining("in place of TLS") as string,
    });
    expect(stores.find(({ name }) => name === "cache")).toMatchObject({
      replication: "asynchronous",
      protected: true,
    });
  });
});

const onLinux = needs(linux);
const withoutCopy = needs(linux, {
  name: "no-copy-of-redis",
  met: copiesOf("redis").length === 0,
  otherwise: "`plumbline install redis` was run here",
});

describe.skipIf(onLinux.skipped)(`a cache without its program${onLinux.why}`, () => {
  it("is refused at once where the named directory has none", async () => {
    await using project = new Project();
    writeArchitecture(project, { stores: STORES });
    const failure = await project.failure(["up"], { PLUMBLINE_REDIS: project.folder });
    expect(failure).toMatchObject({ code: "STORE_PROGRAM_UNUSABLE", exit: 1 });
    await project.empty(0);
  });

  it.skipIf(withoutCopy.skipped)(
    `is refused at once, with the command that gets it${withoutCopy.why}`,
    async () => {
      await using project = new Project();
      writeArchitecture(project, { stores: STORES });
      const nothing = join(project.folder, "mark");
      const failure = await project.failure(["up"], { PATH: nothing });
      expect(failure).toMatchObject({ code: "STORE_PROGRAM_MISSING", exit: 1 });
      expect(failure.remedy).toContain("plumbline install redis");
      await project.empty(0);
    },
  );
});

/** Writes through the endpoint until a write is taken. */
async function untilWritten(client: Redis, key: string): Promise<void> {
  await eventually(`${key} is written`, async () => (await client.set(key, "1")) === "OK", 20_000);
}

function storeOf({ stores }: TwinStatus, wanted: string): StoreStatus {
  const store = stores.find(({ name }) => name === wanted);
  if (!store) throw new Error(`The twin has no ${wanted}.`);
  return store;
}

function nodeOf(status: TwinStatus, role: "primary" | "replica"): StoreStatus["nodes"][number] {
  const node = storeOf(status, "cache").nodes.find((each) => each.role === role);
  if (!node) throw new Error(`The cache has no ${role}.`);
  return node;
}
