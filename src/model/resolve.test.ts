import { describe, expect, it } from "vitest";
import { resolve } from "./resolve.ts";
import { small, smallWith } from "./testing/small.ts";

describe("resolve", () => {
  it("applies every default, and turns quantities into numbers", () => {
    const { services, entry, zoneNames, environment } = resolve(small, "production");
    expect(environment).toBe("production");
    expect(zoneNames).toEqual(["us-east-1a", "us-east-1b"]);
    expect(services["api"]).toMatchObject({
      size: { cpu: 0.5, memory: 2 ** 30 },
      targetHealth: { interval: 30_000, timeout: 5_000 },
      rollout: { minHealthy: 100, max: 200, circuitBreaker: "rollback" },
    });
    expect(entry.loadBalancer).toMatchObject({
      idleTimeout: 60_000,
      deregistrationDelay: 300_000,
      crossZone: true,
    });
  });

  it("merges records by key, and leaves the other environment as it is", () => {
    expect(resolve(small, "development").stores["database"]).toMatchObject({
      instance: "db.t3.micro",
      multiZone: false,
      version: "15.4",
    });
    expect(resolve(small, "production").stores["database"]).toMatchObject({
      instance: "db.t3.small",
      multiZone: true,
    });
  });

  it("replaces arrays", () => {
    const overlaid = smallWith({
      environments: { development: { services: { api: { scaling: [] } } } },
      services: { api: { scaling: [{ kind: "target-tracking", metric: "cpu", target: 70 }] } },
    });
    expect(resolve(overlaid, "production").services["api"]).toMatchObject({
      scaling: [{ cooldown: { out: 300_000 } }],
    });
    expect(resolve(overlaid, "development").services["api"]).toMatchObject({ scaling: [] });
  });

  it("is frozen all the way down, and leaves what was written unchanged", () => {
    const before = structuredClone(small);
    const resolved = resolve(small, "production");
    expect(() => Object.assign(resolved.network.subnets.public, { 0: "10.9.0.0/24" })).toThrow(TypeError);
    expect(small).toEqual(before);
    expect(Object.isFrozen(small.network)).toBe(false);
  });

  it("lays out subnets where only their size is given, around those that are declared", () => {
    const open = smallWith({ network: { subnets: { private: { allocate: 20 } } } });
    expect(resolve(open, "production").network.subnets.private).toEqual(["10.0.32.0/20", "10.0.48.0/20"]);
  });
});
