import { describe, expect, it } from "vitest";
import { type InstanceType, instanceType } from "#aws/instance-types/instance-types.ts";
import { allocatable, podsOn, smallestOf, wantedBy } from "./node-capacity.ts";
import { sound } from "./testing/architectures.ts";

const type = (name: string) => instanceType(name) as InstanceType;

describe("podsOn", () => {
  // https://github.com/awslabs/amazon-eks-ami has the same figures in eni-max-pods.txt.
  it.each([
    ["t3.medium", 17],
    ["t3.large", 35],
    ["t3.xlarge", 58],
    ["m5.large", 29],
    ["r6g.large", 29],
    ["m5.4xlarge", 234],
  ])("%s: %d", (name, pods) => {
    expect(podsOn(type(name))).toBe(pods);
  });
});

it("leaves the system its share of a node", () => {
  const { cpu, memory } = allocatable(type("t3.medium"));
  expect(cpu).toBeCloseTo(1.93);
  expect(memory).toBe((4096 - 255 - 11 * 17 - 100) * 2 ** 20);
  expect(allocatable(type("m5.4xlarge")).cpu).toBeCloseTo(16 - 0.06 - 0.01 - 0.01 - 0.0025 * 12);
});

it("takes the smallest type that a group may be made of", () => {
  expect(smallestOf(["t3.large", "t3.medium"], ({ memory }) => memory)?.name).toBe("t3.medium");
  expect(smallestOf(["t3.large", "x9.huge"], ({ memory }) => memory)).toBeNull();
  expect(smallestOf([], ({ memory }) => memory)).toBeNull();
});

it("adds up what services ask for", () => {
  const wanted = wantedBy(sound("nodes"), ({ max }) => max);
  expect(wanted).toEqual({ pods: 6, cpu: 1.5, memory: 6 * 512 * 2 ** 20 });
});
