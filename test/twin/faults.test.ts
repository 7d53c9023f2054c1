import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { aTwin } from "../support/needs.ts";
import { writeFargate } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";
import { isKnown, postTransaction, Traffic } from "../support/traffic.ts";
import { database, nodeOf, replicasOf, untilStatus } from "../support/twin-view.ts";

const NAME = "fargate-production";
const CLIENTS = 4;

describe.skipIf(aTwin.skipped)(`fargate in production when something breaks${aTwin.why}`, () => {
  let project: Project;
  let endpoint: string;
  let before: TwinStatus;
  let traffic: Traffic;
  const acknowledged: string[] = [];

  const until = (what: string, holds: (status: TwinStatus) => boolean, withinMs?: number) =>
    untilStatus(project, NAME, what, holds, withinMs);

  beforeAll(async () => {
    project = new Project();
    // What hangs is given so long to drain and to stop.
    writeFargate(project, {
      entry: { loadBalancer: { deregistrationDelay: "1s" } },
      services: { api: { stopTimeout: "1s" } },
    });
    const up = await project.up("--environment", "production");
    endpoint = up.endpoint as string;
  });

  afterAll(() => project[Symbol.asyncDispose]());

  beforeEach(async () => {
    before = await until("all of it runs", ({ phase }) => phase === "running", 30_000);
    traffic = new Traffic(endpoint, CLIENTS);
    await moreThan(10);
  });

  afterEach(async () => {
    await traffic.end();
    acknowledged.push(...traffic.acknowledged);
  });

  /** Waits until so many more requests than now have been answered with 200. */
  async function moreThan(count: number): Promise<void> {
    const enough = traffic.acknowledged.length + count;
    await eventually(
      `${count} more requests are answered`,
      () => traffic.acknowledged.length >= enough || undefined,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; failures: ${traffic.failures.slice(-3).join("; ")}`, {
        cause: error,
      });
    });
  }

  it("replaces a replica that is killed, in its zone; only what it was working on fails", async () => {
    const [victim, other] = replicasOf(before);
    kill(victim?.pid, "SIGKILL");
    const after = await until(
      "the replacement is healthy",
      (status) =>
        replicasOf(status).length === 2 &&
        replicasOf(status).every(({ id, state }) => id !== victim?.id && state === "healthy"),
    );
    expect(replicasOf(after).map(({ id }) => id)).toContain(other?.id);
    expect(replicasOf(after).find(({ id }) => id !== other?.id)?.zone).toBe(victim?.zone);
    await moreThan(20);
    expect(traffic.failures.slice(CLIENTS)).toEqual([]);
    await eventually("the victim is gone", () => project.processes().every(({ pid }) => pid !== victim?.pid));
  });

  it("replaces a replica that hangs, and leaves no stopped process", async () => {
    const [victim] = replicasOf(before);
    kill(victim?.pid, "SIGSTOP");
    await until("it is unhealthy", (status) => {
      const seen = replicasOf(status).find(({ id }) => id === victim?.id);
      return seen === undefined || seen.state !== "healthy";
    });
    await until(
      "it is replaced",
      (status) => status.phase === "running" && replicasOf(status).every(({ id }) => id !== victim?.id),
      45_000,
    );
    await moreThan(20);
    expect(project.processes().filter(({ state, pid }) => state === "T" || pid === victim?.pid)).toEqual([]);
    // Requests that it had taken may fail, and those sent until three probes have failed.
    expect(traffic.failures.slice(CLIENTS)).toEqual([]);
  }, 60_000);

  it("goes on writing while the standby is gone, and protects writes again", async () => {
    const standby = nodeOf(before, "standby");
    kill(standby.pid, "SIGKILL");
    await until("the database is not protected", (status) => !database(status).protected);
    const after = await until("the database is protected", (status) => database(status).protected);
    await moreThan(20);
    expect(nodeOf(after, "standby").id).toBe(standby.id);
    expect(nodeOf(after, "standby").pid).not.toBe(standby.pid);
    expect(traffic.failures).toEqual([]);
  });

  it("fails over when the primary is killed, and again; nothing that was acknowledged is lost", async () => {
    for (const round of [1, 2]) {
      const now = await until(`all of it runs (${round})`, ({ phase }) => phase === "running");
      const [primary, standby] = [nodeOf(now, "primary"), nodeOf(now, "standby")];
      kill(primary.pid, "SIGKILL");
      await until("the standby is primary", (status) => nodeOf(status, "primary").id === standby.id);
      await moreThan(20);
      const after = await until("the database is protected", (status) => database(status).protected, 30_000);
      expect(nodeOf(after, "primary")).toMatchObject({ id: standby.id, pid: standby.pid, state: "running" });
      expect(nodeOf(after, "standby")).toMatchObject({ id: primary.id, state: "in sync" });
      expect(database(after).writer).toBe(database(now).writer);
    }
    await traffic.end();
    const all = [...acknowledged, ...traffic.acknowledged];
    const lost: string[] = [];
    for (const id of all) if (!(await isKnown(endpoint, id))) lost.push(id);
    expect(all.length).toBeGreaterThan(100);
    expect(lost).toEqual([]);
    expect(traffic.failures.slice(2 * CLIENTS)).toEqual([]);
  }, 60_000);

  it("starts the load balancer again at the same port", async () => {
    kill(before.loadBalancer.pid, "SIGKILL");
    const after = await until(
      "another load balancer runs",
      ({ loadBalancer }) => loadBalancer.pid !== null && loadBalancer.pid !== before.loadBalancer.pid,
    );
    await moreThan(20);
    expect(after.endpoint).toBe(endpoint);
    expect(replicasOf(after).map(({ pid }) => pid)).toEqual(replicasOf(before).map(({ pid }) => pid));
  });

  it.each([0, 1])(
    "starts the forwarder of zone %i again, and writes go on",
    async (zone) => {
      const victim = before.zones[zone]?.forwarder.pid;
      kill(victim, "SIGKILL");
      await until("another forwarder runs", ({ zones }) => {
        const pid = zones[zone]?.forwarder.pid ?? null;
        return pid !== null && pid !== victim;
      });
      await until("all of it runs", ({ phase }) => phase === "running", 30_000);
      await moreThan(20);
    },
    45_000,
  );

  it("has told all of it in its events", async () => {
    const told = readFileSync(`${project.state(NAME).logs}/events.log`, "utf8");
    for (const words of ["ended by SIGKILL", "is unhealthy", "is promoted to primary", "it is started again"])
      expect(told).toContain(words);
    await postTransaction(endpoint);
  });
});

function kill(pid: number | null | undefined, signal: NodeJS.Signals): void {
  if (!pid) throw new Error("There is no such process.");
  process.kill(pid, signal);
}
