import { describe, expect, test } from "vitest";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { billOf } from "#cost/bill.ts";
import type { BillItem } from "#cost/types.ts";
import { projectTerraform } from "#terraform/project.ts";
import { everyEnvironment } from "#model/testing/references.ts";
import { PRICED_BY, WITHOUT_PRICE } from "./resource-types.ts";

const environments = await everyEnvironment();

describe.for(environments)("$name", ({ architecture }) => {
  const bill = billOf(architecture);
  const items = bill.components.flatMap((component) => component.items);
  const resources = projectTerraform(architecture).resources;

  const count = (type: string) => resources.filter((each) => each.type === type).length;
  const billed = (name: RegExp, sku: RegExp) =>
    items
      .filter((item) => name.test(item.name) && sku.test(item.price.sku))
      .reduce((total, { quantity }) => total + quantity, 0);

  test("every generated resource is billed, or costs nothing for a reason", () => {
    const types = [...new Set(resources.map(({ type }) => type))];
    const unknown = types.filter(
      (type) => !Object.hasOwn(WITHOUT_PRICE, type) && !isBilled(type, items, architecture),
    );
    expect(unknown).toEqual([]);
  });

  test("as many are billed as are generated", () => {
    expect(billed(/./, /^kms\.key$/)).toBe(count("aws_kms_key"));
    expect(billed(/./, /^nat\.hour$/)).toBe(count("aws_nat_gateway"));
    expect(billed(/dashboards/, /^cloudwatch\.dashboard$/)).toBe(count("aws_cloudwatch_dashboard"));
    expect(billed(/^secrets$/, /^secrets\.secret$/)).toBe(count("aws_secretsmanager_secret"));
    expect(billed(/./, /^vpn\.association$/)).toBe(count("aws_ec2_client_vpn_network_association"));
    expect(billed(/./, /^waf\.acl$/)).toBe(count("aws_wafv2_web_acl"));
    expect(billed(/./, /^(aurora|documentdb)\.(postgresql\.)?db\./)).toBe(
      count("aws_rds_cluster_instance") + count("aws_docdb_cluster_instance"),
    );
    expect(billed(/./, /^rds\.(mysql|postgresql)\.db\./)).toBe(count("aws_db_instance"));
    // Alarms of step policies are resources; those of target tracking AWS makes itself.
    const made = architecture.compute.kind === "ecs-fargate" ? /^alarms$/ : /^alarms/;
    expect(billed(made, /^cloudwatch\.alarm$/)).toBe(count("aws_cloudwatch_metric_alarm"));
  });
});

function isBilled(type: string, items: readonly BillItem[], architecture: ResolvedArchitecture): boolean {
  const sku = PRICED_BY[type]?.(architecture);
  return sku !== undefined && items.some((item) => sku.test(item.price.sku));
}
