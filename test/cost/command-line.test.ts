import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Bill, PricedSaving } from "#cost/types.ts";
import { packageRoot } from "#twin/package-root.ts";
import { lastLine, startPlumbline } from "../support/command-line.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "plumbline-cost-"))));
afterAll(() => rmSync(folder, { recursive: true }));

async function cost(...args: string[]) {
  return startPlumbline(["cost", ...args], { cwd: folder }).ended;
}

test("cost prints the document's table with its differences, assumptions and the total", async () => {
  const { code, stdout } = await cost("fargate", "--savings");
  expect(code).toBe(0);
  expect(stdout).toMatch(/^fargate \(production\) in us-east-1: \$[\d,.]+ a month$/m);
  expect(stdout).toMatch(/^NAT Gateway .*\$66\.38 +\$32\.00 +\+107 %$/m);
  expect(stdout).toMatch(/^ {2}gateways +2 × 730 h +× \$0\.045 per hour +\$65\.70$/m);
  expect(stdout).toContain("The document's table leaves out Public IPv4 addresses");
  expect(stdout).toMatch(/^\[\d+\] .*billing\.usage\.requests sets it/m);
  expect(stdout).toMatch(/spot: all tasks .*claimed: up to 70 % /);
});

test("--json prints a total that is the sum of the components, each item with its price's page", async () => {
  const bill = lastLine<Bill & { savings: PricedSaving[] }>(await cost("three-tier", "--savings", "--json"));
  const sum = bill.components.reduce((total, { perMonth }) => total + perMonth, 0);
  expect(sum).toBeCloseTo(bill.totalPerMonth, 2);
  expect(bill.components.flatMap(({ items }) => items).every(({ price }) => price.page !== "")).toBe(true);
  expect(bill.savings.length).toBeGreaterThan(0);
});

test("two architectures, or two environments, are compared", async () => {
  const compared = lastLine<{ compared: string[]; totals: number[] }>(
    await cost("fargate", "autoscaling-group", "--json"),
  );
  expect(compared.compared).toEqual(["fargate production", "autoscaling-group production"]);
  expect(compared.totals).toHaveLength(2);
  const { stdout } = await cost("fargate", "--against", "development");
  expect(stdout).toMatch(/^AWS Fargate +\$36\.05 +\$7\.96 +-\$28\.09$/m);
});

test("a region without prices is refused with those that have them", async () => {
  const original = join(packageRoot, "architectures", "fargate", "architecture.ts");
  writeFileSync(
    join(folder, "architecture.ts"),
    `import fargate from ${JSON.stringify(original)};\nexport default { ...fargate, region: "eu-west-1" };\n`,
  );
  const outcome = await cost("--json");
  expect(outcome.code).toBe(1);
  expect(lastLine<{ error: unknown }>(outcome).error).toMatchObject({
    code: "COST_REGION_UNKNOWN",
    remedy: expect.stringContaining("us-east-1"),
  });
});
