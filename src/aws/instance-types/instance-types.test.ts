import { describe, expect, it } from "vitest";
import { BURSTABLE } from "./burstable.ts";
import { COMPUTE } from "./compute.ts";
import { GENERAL } from "./general.ts";
import { instanceType, isGraviton, machineOf } from "./instance-types.ts";
import { MEMORY } from "./memory.ts";

const NAMES = [BURSTABLE, COMPUTE, GENERAL, MEMORY].flatMap((table) => Object.keys(table));

describe("instanceType", () => {
  it("has what AWS's page says of one", () => {
    expect(instanceType("t3.medium")).toEqual({
      name: "t3.medium",
      vcpus: 2,
      memory: 4 * 2 ** 30,
      // 0.256 Gbps
      network: 32_000_000,
      interfaces: 3,
      addresses: 6,
      storage: { bytesPerSecond: 43_375_000, operationsPerSecond: 2000 },
      cpuBaseline: 20,
    });
  });

  it.each(NAMES)("%s has all of its figures", (name) => {
    const type = instanceType(name);
    expect(type).not.toBeNull();
    const { vcpus = 0, memory = 0, network = 0, interfaces = 0, addresses = 0 } = type ?? {};
    expect(Math.min(vcpus, memory, network, interfaces, addresses)).toBeGreaterThan(0);
    expect(type?.cpuBaseline === null).toBe(!name.startsWith("t"));
  });

  it("does not know what it does not know", () => {
    expect(instanceType("x9.huge")).toBeNull();
    expect(instanceType("constructor")).toBeNull();
  });

  it("finds the machine of a database and of a cache", () => {
    expect(machineOf("db.r6g.large")?.vcpus).toBe(2);
    expect(machineOf("cache.t4g.micro")?.memory).toBe(2 ** 30);
  });
});

it.each([
  ["t4g.medium", true],
  ["db.r6g.large", true],
  ["m7gd.xlarge", true],
  ["t3.medium", false],
  ["m6i.large", false],
  ["g4dn.xlarge", false],
])("isGraviton(%s) is %s", (name, is) => {
  expect(isGraviton(name)).toBe(is);
});
