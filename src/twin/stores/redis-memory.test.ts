import { expect, it } from "vitest";
import microservices from "../../../architectures/microservices/architecture.ts";
import transactionValidator from "../../../architectures/transaction-validator/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { memorySubstitutes, nodeMemory, type Redis } from "./redis-memory.ts";

const GIB = 2 ** 30;
const { stores } = resolve(transactionValidator, "production");
const cache = stores["cache"] as Redis;

it("holds what the node type holds where the machine has room, and says nothing of it", () => {
  expect(nodeMemory(cache, stores, 1024 * GIB)).toBe(Math.round(13.07 * GIB));
  expect(memorySubstitutes(stores, 1024 * GIB)).toEqual([]);
});

it("holds its part of an eighth of a smaller machine, and says so", () => {
  expect(nodeMemory(cache, stores, 16 * GIB)).toBe(GIB);
  expect(memorySubstitutes(stores, 16 * GIB)).toEqual([
    {
      part: "stores.cache.memory",
      declared: "13.07GiB a node",
      runs: "1GiB a node",
      reason: "the twin's caches share an eighth of this machine's memory of 16GiB",
    },
  ]);
});

it("goes by a pod's limit, and names a node type that it does not know", () => {
  const inPods = resolve(microservices, "production").stores;
  expect(nodeMemory(inPods["cache"] as Redis, inPods, 64 * GIB)).toBe(GIB / 2);
  const unknown = { cache: { ...cache, instance: "cache.z9.huge" } };
  expect(memorySubstitutes(unknown, 16 * GIB)[0]?.declared).toBe("a node of cache.z9.huge");
});
