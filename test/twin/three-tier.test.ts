import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mariadb } from "#stores/mariadb/testing.ts";
import { redis } from "#stores/redis/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import type { TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { Project } from "../support/project.ts";
import { isKnown, Traffic } from "../support/traffic.ts";
import { database, nodeOf, replicasOf, untilStatus } from "../support/twin-view.ts";

const TWIN = "three-tier-production";
const { skipped, why } = needs(linux, mariadb, redis);

describe.skipIf(skipped)(`three-tier in production${why}`, { timeout: 60_000 }, () => {
  let project: Project;
  let up: TwinStatus;
  let upMs: number;

  beforeAll(async () => {
    project = new Project();
    const began = performance.now();
    up = await project.up("three-tier", "--environment", "production");
    upMs = performance.now() - began;
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("runs the service in three zones over MySQL in two of them, and says what it runs without", () => {
    expect(replicasOf(up).map(({ zone, state }) => `${zone} ${state}`)).toEqual([
      "us-east-1a healthy",
      "us-east-1b healthy",
      "us-east-1c healthy",
    ]);
    expect(database(up)).toMatchObject({ kind: "mysql", protected: true });
    expect(up.substitutes.find(({ part }) => part === "stores.documents")).toMatchObject({ runs: "nothing" });
  });

  it("has every decision that was acknowledged while the primary was killed and its standby took over", async () => {
    const endpoint = up.endpoint as string;
    const traffic = new Traffic(endpoint);
    await eventually("there are decisions", () => traffic.acknowledged.length > 20);
    const before = nodeOf(up, "primary");
    process.kill(before.pid as number, "SIGKILL");
    const killedAt = performance.now();
    const atKill = traffic.acknowledged.length;
    await eventually("decisions go on", () => traffic.acknowledged.length > atKill + 2);
    const outageMs = performance.now() - killedAt;
    await untilStatus(
      project,
      TWIN,
      "the old primary is in sync",
      (status) => nodeOf(status, "standby").id === before.id && database(status).protected,
    );
    const protectedMs = performance.now() - killedAt;
    await eventually("twenty more", () => traffic.acknowledged.length > atKill + 20);
    await traffic.end();
    const known = await Promise.all(traffic.acknowledged.map((id) => isKnown(endpoint, id)));
    expect(traffic.acknowledged.filter((_, index) => !known[index])).toEqual([]);
    const times = { up: upMs, "decisions again": outageMs, protected: protectedMs };
    const text = Object.entries(times).map(([what, ms]) => `${what} ${Math.round(ms)} ms`);
    console.log(`three-tier: ${text.join(", ")}`);
  });
});
