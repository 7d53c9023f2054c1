import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { merge } from "#model/data.ts";
import { redis } from "#stores/redis/testing.ts";
import { needs } from "#stores/testing.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import { signal } from "#twin/state/process-identity.ts";
import type { ReplicaStatus, TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { aTwin } from "../support/needs.ts";
import { WITH_DATABASE, writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";
import { StoreWriter } from "../support/store-writer.ts";
import { database, nodeOf, untilStatus } from "../support/twin-view.ts";

const NAME = "own-development";
const aCache = needs(redis);
const CACHE = {
  cache: {
    kind: "redis",
    version: "7.1",
    instance: "cache.t3.micro",
    subnets: "private",
    multiZone: true,
    purposes: ["sessions"],
  },
};
const ARCHITECTURE = merge(WITH_DATABASE, {
  services: {
    beside: {
      kind: "worker",
      command: ["sleep", "infinity"],
      image: { repository: "beside" },
      size: { cpu: "0.25 vCPU", memory: "512MiB" },
      replicas: { min: 1, desired: 1, max: 1 },
    },
  },
  stores: { database: { backup: { retention: "0d" } }, ...(aCache.skipped ? {} : CACHE) },
});

const cachePrimary = ({ stores }: TwinStatus) =>
  stores.find(({ name }) => name === "cache")?.nodes.find(({ role }) => role === "primary")?.id;
const web = ({ services }: TwinStatus): readonly ReplicaStatus[] =>
  services.find(({ name }) => name === "web")?.replicas ?? [];

describe.skipIf(aTwin.skipped)(`a twin that is broken on purpose${aTwin.why}`, () => {
  let project: Project;
  let client: ControlClient;
  let before: TwinStatus;

  const until = (what: string, holds: (status: TwinStatus) => boolean) =>
    untilStatus(project, NAME, what, holds, 45_000);
  const whole = () =>
    until("all of it runs", ({ phase, faults }) => phase === "running" && faults.length === 0);

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, ARCHITECTURE);
    await project.up();
    client = new ControlClient(runningRecord(project.state(NAME))!);
  }, 60_000);
  afterAll(() => project[Symbol.asyncDispose]());
  beforeEach(async () => {
    // Of a test that has failed.
    await client.heal();
    before = await whole();
  }, 60_000);

  const writerUrl = async () => (await client.connections()).find(({ name }) => name === "database")!.writer;

  const refused = (...args: string[]) => project.failure(["break", ...args]);

  /** How long the load balancer takes to answer, in milliseconds, and with what. */
  async function answer(url = before.endpoint as string): Promise<{ status: number; ms: number }> {
    const began = performance.now();
    const { status } = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    return { status, ms: performance.now() - began };
  }

  /** The load balancer hears of its targets a moment after the supervisor knows of them. */
  const answers = (url?: string) =>
    eventually("it is answered with 200", async () => (await answer(url)).status === 200);

  it("says what there is to break, and what cannot be", async () => {
    const [unknown, bucket, worker, region, option] = await Promise.all([
      refused("web-99"),
      refused("files"),
      refused("beside", "cut"),
      refused("region"),
      refused("web", "hang", "--delay", "1s"),
    ]);
    expect(unknown).toMatchObject({
      code: "FAULT_PART_UNKNOWN",
      remedy: expect.stringContaining("database-a"),
    });
    expect(bucket).toMatchObject({ code: "FAULT_UNSUITABLE" });
    expect(worker).toMatchObject({ code: "FAULT_UNSUITABLE", remedy: "Kill it, or let it hang." });
    expect(region).toMatchObject({ code: "FAULT_NEEDS_FORCE" });
    expect(option).toMatchObject({ code: "OPTION_UNSUITABLE" });
    await expect(client.inject({ part: "us-east-1a", how: "hang" })).rejects.toMatchObject({
      code: "FAULT_UNSUITABLE",
    });
    await expect(client.heal("fault-99")).rejects.toMatchObject({ code: "FAULT_NOT_FOUND" });
    expect(await whole()).toMatchObject({ faults: [] });
  });

  it("slows the way to a replica, shows it, and heals it by its id", async () => {
    const [replica, other] = web(before);
    const { fault } = await project.json<{ fault: { id: string } }>([
      "break",
      replica?.id as string,
      "slow",
      "--delay",
      "60ms",
    ]);
    const { faults } = await client.status();
    expect(faults).toMatchObject([
      { id: fault.id, part: replica?.id, how: "slow", active: true, until: null },
    ]);
    // Requests go to both in turn.
    await eventually("an answer is late", async () => (await answer()).ms >= 120);
    expect(await project.json(["heal", fault.id])).toMatchObject({
      healed: [{ id: fault.id, active: false }],
    });
    expect(await client.heal(fault.id)).toEqual([]);
    await eventually("no answer is late", async () => {
      const again = [await answer(), await answer(), await answer(), await answer()];
      return again.every(({ status, ms }) => status === 200 && ms < 120);
    });
    expect(web(await whole()).map(({ id }) => id)).toContain(other?.id);
  });

  it("cuts a replica off, which is replaced; the fault ends with it", async () => {
    const [replica] = web(before);
    const { id } = await client.inject({ part: replica?.id as string, how: "cut" });
    const after = await until(
      "it is replaced, and has ended",
      (status) => status.faults.length === 0 && web(status).every((each) => each.id !== replica?.id),
    );
    expect(web(after).filter(({ state }) => state === "healthy").length).toBe(2);
    expect(await client.heal(id)).toEqual([]);
    await answers();
  });

  it("lets a replica hang, and go on again", async () => {
    const [replica] = web(before);
    await client.inject({ part: replica?.id as string, how: "hang", forMs: 200 });
    await until("it is healed by itself", ({ faults }) => faults.length === 0);
    expect(web(await whole()).map(({ pid }) => pid)).toContain(replica?.pid);
    expect(project.processes().filter(({ state }) => state === "T")).toEqual([]);
  });

  it("delays the writer endpoint of a store, and nothing else of it", async () => {
    const began = performance.now();
    const writer = await StoreWriter.start(await writerUrl(), "slow");
    await client.inject({ part: "database", how: "slow", delayMs: 60 });
    await eventually("writes take long", () => writer.outageSince(began) >= 120);
    expect(database(await client.status())).toMatchObject({ protected: true });
    await client.heal();
    expect(await writer.lost()).toEqual([]);
  });

  it.each(["hang", "cut"] as const)(
    "fails over where the primary is made to %s, loses nothing, and has a standby again",
    async (how) => {
      const writer = await StoreWriter.start(await writerUrl(), how);
      const [primary, standby] = [nodeOf(before, "primary"), nodeOf(before, "standby")];
      const since = performance.now();
      const fault = await client.inject({ part: "database", how });
      expect(fault).toMatchObject({ on: [primary.id], active: true });
      await until("the standby is primary", (status) => nodeOf(status, "primary").id === standby.id);
      const count = writer.acknowledged.length;
      await eventually("writes go on", () => writer.acknowledged.length > count);
      const outage = writer.outageSince(since);
      await client.heal();
      const after = await whole();
      expect(nodeOf(after, "standby")).toMatchObject({ id: primary.id, state: "in sync" });
      expect(await writer.lost()).toEqual([]);
      // A busy machine takes longer than an idle one, which takes less than a second.
      expect(outage).toBeLessThan(10_000);
    },
    90_000,
  );

  it.skipIf(aCache.skipped).each(["hang", "cut"] as const)(
    `fails over where the primary of a cache is made to %s${aCache.why}`,
    async (how) => {
      const { on } = await client.inject({ part: "cache", how });
      expect(on).toEqual([cachePrimary(before)]);
      await until("the replica is primary", (status) => cachePrimary(status) !== on[0]);
      await client.heal();
      const cache = (await whole()).stores.find(({ name }) => name === "cache");
      expect(cache?.nodes.find(({ id }) => id === on[0])).toMatchObject({ state: "following" });
    },
    60_000,
  );

  it("takes a zone away with all that is in it, and brings it back", async () => {
    const zone = nodeOf(before, "primary").zone;
    const node = before.zones.find(({ name }) => name === zone)?.listeners[0] as string;
    await client.inject({ part: zone, how: "kill" });
    await expect(answer(node)).rejects.toThrow("fetch failed");
    const without = await until(
      "the other zone has everything",
      (status) =>
        nodeOf(status, "primary").zone !== zone &&
        web(status).length === 2 &&
        web(status).every((each) => each.zone !== zone && each.state === "healthy"),
    );
    expect(without.zones.find(({ name }) => name === zone)).toMatchObject({
      forwarder: { pid: null },
      replicas: 0,
      listeners: [],
    });
    await answers();
    await client.heal();
    const after = await whole();
    expect(new Set(web(after).map((each) => each.zone)).size).toBe(2);
    await answers(node);
  }, 90_000);

  it("cuts a zone off from the others, which go on without it", async () => {
    const zone = nodeOf(before, "primary").zone;
    await client.inject({ part: zone, how: "cut" });
    await until(
      "the other zone has everything",
      (status) =>
        nodeOf(status, "primary").zone !== zone &&
        web(status).filter((each) => each.zone !== zone && each.state === "healthy").length === 2,
    );
    await answers();
    await client.heal();
    expect(new Set(web(await whole()).map((each) => each.zone)).size).toBe(2);
  }, 90_000);

  it("takes the region away with its data, and sets it up anew", async () => {
    const writer = await StoreWriter.start(await writerUrl(), "region");
    await writer.lost();
    await client.inject({ part: "region", how: "kill", force: true });
    await expect(answer()).rejects.toThrow("fetch failed");
    expect((await client.status()).stores.flatMap(({ nodes }) => nodes.filter(({ pid }) => pid))).toEqual([]);
    await client.heal();
    await whole();
    await answers();
    // The table is gone with everything else.
    await expect(writer.lost()).rejects.toThrow('relation "region" does not exist');
  }, 90_000);

  it("leaves no stopped process when its supervisor is killed", async () => {
    await client.inject({ part: "database", how: "hang" });
    signal(runningRecord(project.state(NAME))!.process, "SIGKILL");
    await project.json(["down"]);
    await project.empty(0);
  }, 60_000);
});
