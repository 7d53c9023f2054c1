import fc from "fast-check";
import { expect, it } from "vitest";
import { resolve } from "#model/resolve.ts";
import { small, smallWith } from "#model/testing/small.ts";
import { fitToMachine, roomFor } from "./budget.ts";

const GIB = 2 ** 30;
const LARGE = { processors: 64, memory: 256 * GIB };
const architecture = resolve(small, "production");

it("leaves the desired replicas as they are where there is room", () => {
  expect(fitToMachine(architecture, LARGE)).toEqual({ replicas: { api: 2 }, substitutes: [] });
});

it("takes replicas away for want of memory, says so, and leaves one", () => {
  expect(fitToMachine(architecture, { processors: 2, memory: 2 * GIB })).toEqual({
    replicas: { api: 1 },
    substitutes: [
      {
        part: "services.api.replicas",
        declared: "2 replicas",
        runs: "1",
        reason: "this machine has 2 processors and 2GiB of memory",
      },
    ],
  });
  expect(fitToMachine(architecture, { processors: 1, memory: GIB / 4 }).replicas).toEqual({ api: 1 });
});

it("takes from the largest service first, and counts no jobs", () => {
  const { services } = architecture;
  const api = services["api"];
  if (api?.kind !== "web") throw new Error("api is a web service.");
  const of = (desired: number) => ({ ...api, replicas: { min: 0, desired, max: 20 } });
  const several = { stores: {}, services: { ...services, api: of(6), worker: of(3), idle: of(0) } };
  expect(fitToMachine(several, { processors: 1, memory: 64 * GIB }).replicas).toEqual({
    api: 2,
    worker: 2,
    idle: 0,
  });
});

it("never runs more than was asked for, nor none of what was asked for", () => {
  const machine = fc.record({ processors: fc.integer({ min: 1, max: 64 }), memory: fc.nat(64 * GIB) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), machine, (desired, given) => {
      const asked = smallWith({ services: { api: { replicas: { min: 1, desired, max: 30 } } } });
      const { replicas, substitutes } = fitToMachine(resolve(asked, "production"), given);
      expect(replicas["api"]).toBeGreaterThanOrEqual(1);
      expect(replicas["api"]).toBeLessThanOrEqual(desired);
      expect(substitutes).toHaveLength(replicas["api"] === desired ? 0 : 1);
    }),
  );
});

it("has room for as many replicas of a service as the others leave, and for one at least", () => {
  const other = smallWith({ services: { other: { ...small.services.api, secrets: [], uses: [] } } });
  const two = resolve(other, "production");
  const machine = { processors: 2, memory: 16 * GIB };
  expect(roomFor("api", { api: 2, other: 3 }, two, machine)).toBe(5);
  expect(roomFor("api", { api: 2, other: 8 }, two, machine)).toBe(1);
  expect(roomFor("api", { api: 2, other: 1 }, two, { ...machine, memory: 4 * GIB })).toBe(2);
});
