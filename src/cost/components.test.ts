import { expect, test } from "vitest";
import { resolved } from "#model/testing/references.ts";
import { tableOf } from "./components.ts";

async function rowsOf(...rows: string[]) {
  const architecture = await resolved("fargate");
  const objectives = rows.map((component, at) => ({
    kind: "cost" as const,
    id: `cost-${at}`,
    environment: "production",
    component,
    perMonth: { from: 1, to: 1 },
    tolerance: 0,
    claim: { text: component, line: 1 },
  }));
  return tableOf({ ...architecture, objectives }).rowOf;
}

test("a row is found by the names that people have for it", async () => {
  const rows = await rowsOf("ALB/NLB", "EKS Cluster", "Amazon S3 storage", "NAT Gateway (2)", "RDS");
  expect(rows.get("load-balancer")).toBe("ALB/NLB");
  expect([rows.get("eks"), rows.get("nodes")]).toEqual(["EKS Cluster", "EKS Cluster"]);
  expect(rows.get("buckets")).toBe("Amazon S3 storage");
  expect(rows.get("nat")).toBe("NAT Gateway (2)");
  expect([rows.get("rds-mysql"), rows.get("aurora")]).toEqual(["RDS", "RDS"]);
});

test("the narrowest row has it", async () => {
  const rows = await rowsOf("Monitoring", "CloudWatch Logs", "RDS", "RDS MySQL");
  expect(rows.get("logs")).toBe("CloudWatch Logs");
  expect(rows.get("metrics")).toBe("Monitoring");
  expect(rows.get("rds-mysql")).toBe("RDS MySQL");
  expect(rows.get("rds-postgresql")).toBe("RDS");
});

test("a row of one product has nothing of another", async () => {
  const rows = await rowsOf("RDS MySQL", "Consulting");
  expect(rows.get("rds-postgresql")).toBeUndefined();
  expect([...rows.values()]).not.toContain("Consulting");
});
