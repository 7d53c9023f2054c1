import { expect, test } from "vitest";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { billOf } from "#cost/bill.ts";
import { resolved } from "#model/testing/references.ts";

function costOf(architecture: ResolvedArchitecture, component: string): number {
  return billOf(architecture).components.find(({ name }) => name === component)?.perMonth ?? 0;
}

/** The table of the Fargate document is of one NAT gateway and of a smaller database than the document configures. */
async function asItsTableHasIt(): Promise<ResolvedArchitecture> {
  const architecture = await resolved("fargate");
  const { database } = architecture.stores;
  if (database?.kind !== "postgresql") throw new Error("Its database is PostgreSQL.");
  return {
    ...architecture,
    network: { ...architecture.network, nat: "single" },
    stores: { ...architecture.stores, database: { ...database, instance: "db.t3.micro" } },
  };
}

test.each([
  // The row, its figure, and how far list prices are from it for what the row itself describes.
  ["RDS", 30, 31.15],
  ["Application Load Balancer", 16, 16.6],
  ["NAT Gateway", 32, 33.53],
  ["ECR Storage", 0.5, 0.5],
])(
  "what the Fargate document describes under %s costs about the $%d that it says",
  async (row, says, costs) => {
    const cost = costOf(await asItsTableHasIt(), row);
    expect(cost).toBeCloseTo(costs, 1);
    expect(Math.abs(cost - says) / says).toBeLessThan(0.1);
  },
);

test.each([
  // Two tasks of half a vCPU and 1 GiB are $36.04 at list price: the row is wrong for what it describes.
  ["ECS Fargate", 30, 36.05],
  // 10 GB are within the 100 GB that are free; what is left crosses zones.
  ["Data Transfer", 1, 0.35],
  // 5 GB of the services' logs are $2.50; the rest are flow logs, the trail and Enhanced Monitoring.
  ["CloudWatch Logs", 2.5, 5.5],
  // The row counts one secret; RDS keeps another for the master user, and what people prove themselves by is sealed by a third.
  ["Secrets Manager", 0.4, 1.21],
  // db.t3.small with a standby, as configured, in place of db.t3.micro.
  ["RDS", 30, 57.43],
  // A gateway in each of two zones, as the diagram has it.
  ["NAT Gateway", 32, 66.38],
])("the Fargate document's %s at $%d is $%d as configured", async (row, _, costs) => {
  expect(costOf(await resolved("fargate"), row)).toBeCloseTo(costs, 1);
});

test("the transaction validator's ~$400 for development holds with a version of Kubernetes in standard support", async () => {
  const architecture = await resolved("transaction-validator", "development");
  const { compute } = architecture;
  if (compute.kind !== "eks") throw new Error("It runs on EKS.");
  const supported = billOf({ ...architecture, compute: { ...compute, version: "1.35" } }).totalPerMonth;
  expect(billOf(architecture).totalPerMonth - supported).toBeCloseTo(365, 9);
  expect(Math.abs(supported - 400) / 400).toBeLessThan(0.1);
});
