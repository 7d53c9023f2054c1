import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresql } from "#stores/postgresql/testing.ts";
import { redis } from "#stores/redis/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import type { TwinStatus } from "#twin/status.ts";
import { environmentOf } from "../support/processes.ts";
import { Project } from "../support/project.ts";

const { skipped, why } = needs(linux, postgresql, redis);

describe.skipIf(skipped)(`transaction-validator in production${why}`, () => {
  let project: Project;
  let up: TwinStatus;

  beforeAll(async () => {
    project = new Project();
    up = await project.up("transaction-validator", "--environment", "production");
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("runs in three zones, with a database and a cache in two of them", () => {
    const replicas = up.services.find(({ name }) => name === "validator")?.replicas ?? [];
    expect(replicas.map(({ zone, state }) => `${zone} ${state}`).sort()).toEqual([
      "us-east-1a healthy",
      "us-east-1b healthy",
      "us-east-1c healthy",
    ]);
    const nodes = up.stores.flatMap((store) =>
      store.nodes.map(({ id, role, state }) => `${id} ${role} ${state}`),
    );
    expect(nodes).toEqual([
      "database-a primary running",
      "database-b standby in sync",
      "cache-a primary running",
      "cache-b replica following",
    ]);
  });

  it("gives every replica the endpoints of its own zone", () => {
    const replicas = up.services.flatMap(({ replicas }) => replicas);
    const hosts = replicas.map(
      ({ pid }) => new URL(environmentOf(pid as number)["CACHE_URL"] as string).hostname,
    );
    expect(new Set(hosts).size).toBe(3);
  });

  it("answers over TLS", async () => {
    expect((await fetch(`${up.endpoint}/healthz`)).status).toBe(200);
    expect(up.endpoint).toMatch(/^https:/);
  });

  it("runs the cache's replica, and names what it does not run", () => {
    const parts = up.substitutes.map(({ part }) => part);
    expect(parts).toEqual(expect.arrayContaining(["stores.cache", "stores.database.readReplicas"]));
    expect(parts).not.toContain("stores.cache.readReplicas");
  });
});
