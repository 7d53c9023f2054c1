import { expect, test } from "vitest";
import { everyEnvironment, resolved } from "#model/testing/references.ts";
import { billOf } from "./bill.ts";
import { savingsOf } from "./savings.ts";

async function of(name: Parameters<typeof resolved>[0], saving: string, environment = "production") {
  return savingsOf(await resolved(name, environment)).filter((each) => each.saving === saving);
}

test("Fargate Spot saves two thirds, and half of that where a task of two stays", async () => {
  const [all, most] = await of("fargate", "spot");
  expect(all?.percent).toBeCloseTo(68.2, 1);
  expect(most?.percent).toBeCloseTo(34.1, 1);
  // The document promises that requests go on when tasks are lost.
  expect([all?.applies, most?.applies]).toEqual([false, true]);
});

test("nodes on spot save what AWS's adviser printed for their types", async () => {
  const [nodes] = await of("microservices", "spot");
  const [first] = nodes?.references ?? [];
  expect(nodes?.says).toContain("56 % below the on-demand price");
  expect(nodes?.says).toContain(first?.asOf ?? "no day");
});

test("reserved instances leave storage at its price, so no term reaches what the document claims", async () => {
  const reserved = await of("fargate", "reserved-instances");
  expect(Math.max(...reserved.map(({ percent }) => percent))).toBeLessThan(60);
  expect(reserved.map(({ option }) => option)).toEqual([
    "1 year, no upfront",
    "1 year, partial upfront",
    "1 year, all upfront",
    "3 years, partial upfront",
    "3 years, all upfront",
  ]);
});

test("endpoints in place of NAT cost more than they save while tasks call the internet", async () => {
  const [endpoints] = await of("fargate", "vpc-endpoints-for-nat");
  expect(endpoints).toMatchObject({ component: "NAT Gateway", applies: false });
  expect(endpoints?.after).toBeGreaterThan(endpoints?.before ?? 0);
  expect(endpoints?.says).toContain("api");
});

test("endpoints take NAT away where nothing calls the internet", async () => {
  const architecture = await resolved("autoscaling-group");
  const billing = { ...architecture.billing, savings: ["vpc-endpoints-for-nat"] as const };
  const [endpoints] = savingsOf({ ...architecture, billing });
  expect(endpoints?.applies).toBe(true);
});

test("one NAT gateway is taken in development and would break a promise in production", async () => {
  const [production] = await of("transaction-validator", "single-nat");
  const [development] = await of("transaction-validator", "single-nat", "development");
  expect([production?.applies, development?.applies]).toEqual([false, true]);
  expect(development?.after).toBeLessThan(development?.before ?? 0);
});

test("a schedule that is there is priced by what it spares", async () => {
  const [taken] = await of("fargate", "scheduled-scaling", "development");
  expect(taken).toMatchObject({ applies: true });
  expect(taken?.percent).toBeGreaterThan(20);
});

test("each saving is of a component of the bill, and its share is of that component", async () => {
  for (const { architecture } of await everyEnvironment()) {
    const names = new Set(billOf(architecture).components.map(({ name }) => name));
    for (const { component, before, after, percent, says } of savingsOf(architecture)) {
      expect(names).toContain(component);
      expect([before, after, percent].every(Number.isFinite)).toBe(true);
      expect(percent).toBeCloseTo(before === 0 ? 0 : (100 * (before - after)) / before, 9);
      expect(says).toMatch(/\.$/);
    }
  }
});
