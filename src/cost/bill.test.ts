import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolve } from "#model/resolve.ts";
import { smallWith } from "#model/testing/small.ts";
import { everyEnvironment, resolved } from "#model/testing/references.ts";
import { billOf } from "./bill.ts";
import { compareBills } from "./compare.ts";

const bill = (change: unknown = {}) => billOf(resolve(smallWith(change), "production"));

function sum(parts: readonly { readonly perMonth: number }[]): number {
  return parts.reduce((total, { perMonth }) => total + perMonth, 0);
}

function totalWith(desired: number): number {
  return bill({ services: { api: { replicas: { min: 1, desired, max: 50 } } } }).totalPerMonth;
}

/** By how much each component of the small architecture's bill changes. */
function changes(change: unknown): Record<string, number> {
  const comparison = compareBills(
    resolve(smallWith({}), "production"),
    resolve(smallWith(change), "production"),
  );
  return Object.fromEntries(
    comparison.components.flatMap(({ name, perMonth: [one, other] }) => {
      const difference = (other ?? 0) - (one ?? 0);
      return Math.abs(difference) < 1e-9 ? [] : [[name, Number(difference.toFixed(2))]];
    }),
  );
}

describe.each((await everyEnvironment()).map(({ name, architecture }) => [name, architecture] as const))(
  "the bill of %s",
  (_, architecture) => {
    const { components, totalPerMonth, recalledPerMonth, unmatched } = billOf(architecture);
    const items = components.flatMap((component) => component.items);

    test("is the sum of its components, and they of their items", () => {
      expect(sum(components)).toBeCloseTo(totalPerMonth, 9);
      for (const component of components) expect(sum(component.items)).toBeCloseTo(component.perMonth, 9);
    });

    test("has what each item is reckoned from", () => {
      for (const { quantity, hours, unitPrice, perMonth } of items) {
        expect(quantity).toBeGreaterThanOrEqual(0);
        expect(perMonth).toBe(quantity * (hours ?? 1) * unitPrice);
      }
    });

    test("tells what of it rests on recalled prices, and assumes what moves with supply and demand", () => {
      const recalled = items.filter(({ price }) => price.basis === "recalled");
      expect(sum(recalled)).toBeCloseTo(recalledPerMonth, 9);
      expect(recalledPerMonth).toBeLessThan(totalPerMonth / 50);
      const moving = items.filter(({ price }) => price.basis === "feed");
      for (const { assumption } of moving) expect(assumption).toMatch(/moves? with supply and demand/);
    });

    test("has each item in one component, and something under each row of the document's table", () => {
      expect(new Set(components.map(({ name }) => name)).size).toBe(components.length);
      expect(unmatched).toEqual([]);
    });
  },
);

describe("a change", () => {
  test("of replicas costs tasks", () => {
    const api = { replicas: { min: 2, desired: 4, max: 6 } };
    // Two tasks of half a vCPU and 1 GiB.
    expect(changes({ services: { api } })).toEqual({ "AWS Fargate": 36.04 });
  });

  test("of NAT costs gateways, their addresses, and the way to another zone", () => {
    expect(changes({ network: { nat: "single" } })).toEqual({
      "NAT gateways": -32.85,
      "Public IPv4 addresses": -3.65,
      "Data transfer": 0.15,
    });
  });

  test("of a standby costs an instance and a volume", () => {
    expect(changes({ stores: { database: { multiZone: false } } })).toEqual({
      "Amazon RDS for PostgreSQL": -28.58,
    });
  });

  test("of requests costs what they pass through", () => {
    const changed = changes({ billing: { usage: { requests: "600/min" } } });
    expect(Object.keys(changed)).toEqual(["Elastic Load Balancing", "Data transfer"]);
  });

  test("to more of anything never costs less", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 20 }), (desired, more) => {
        expect(totalWith(desired + more)).toBeGreaterThanOrEqual(totalWith(desired));
      }),
      { numRuns: 20 },
    );
  });
});

/** What a cluster of a version of Kubernetes costs by itself. */
async function controlPlane(version: string): Promise<number | undefined> {
  const architecture = await resolved("microservices");
  const { compute } = architecture;
  if (compute.kind !== "eks") throw new Error("It runs on EKS.");
  const { components } = billOf({ ...architecture, compute: { ...compute, version } });
  return components.find(({ name }) => name === "Amazon EKS")?.perMonth;
}

describe("versions", () => {
  test("a cluster of an old version of Kubernetes costs six times as much", async () => {
    expect(await controlPlane("1.35")).toBeCloseTo(73, 9);
    expect(await controlPlane("1.32")).toBeCloseTo(438, 9);
    expect(await controlPlane("1.28")).toBeCloseTo(438, 9);
  });

  test("a database in extended support costs by its vCPUs, those of the standby too", () => {
    const { components } = bill({ stores: { database: { version: "12" } } });
    const item = components
      .flatMap(({ items }) => items)
      .find(({ part }) => part === "stores.database.version");
    expect(item).toMatchObject({ quantity: 4, hours: 730, unitPrice: 0.1 });
  });
});

test("a document's row that nothing is billed under is told", () => {
  const objectives = [
    {
      id: "cost-queue",
      kind: "cost",
      component: "SQS",
      perMonth: { from: 5, to: 5 },
      claim: { text: "SQS $5", line: 1 },
    },
  ];
  expect(bill({ document: "small.txt", objectives }).unmatched).toEqual(["SQS"]);
});

test("a region without prices has no bill", () => {
  expect(() => bill({ region: "eu-west-1" })).toThrow(
    expect.objectContaining({ code: "COST_REGION_UNKNOWN" }),
  );
});

test("burstable nodes that are busier than they earn credits for cost more", async () => {
  const architecture = await resolved("microservices");
  const { components } = billOf(architecture);
  const item = components
    .flatMap(({ items }) => items)
    .find(({ name }) => name.includes("surplus CPU credits"));
  // Three t3.medium with 2 vCPUs each, at 65 % in place of 20 %.
  expect(item?.quantity).toBeCloseTo(3 * 2 * 0.45, 9);
});
