import { describe, expect, test } from "vitest";
import { resolve } from "#model/resolve.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";
import { projectTerraform } from "../project.ts";
import { reachabilityOf } from "./compare.ts";

async function fargateWith(terraform: Record<string, unknown>) {
  const architecture = resolve({ ...(await written("fargate")), terraform }, "production");
  return reachabilityOf(architecture, projectTerraform(architecture));
}

test.each(REFERENCES)("%s lets through what its document draws, and nothing else", async (name) => {
  const architecture = await resolved(name);
  const { forbidden, missing } = reachabilityOf(architecture, projectTerraform(architecture));
  expect({ forbidden, missing }).toEqual({ forbidden: [], missing: [] });
});

describe("a hole is found, whichever resource it is in", () => {
  test("a database on the internet needs an address, a way and a rule", async () => {
    const open = {
      "aws_db_instance.database": { publicly_accessible: true },
      "aws_vpc_security_group_ingress_rule.database_from_api_5432": {
        referenced_security_group_id: null,
        cidr_ipv4: "0.0.0.0/0",
      },
    };
    expect((await fargateWith(open)).forbidden.some(({ from }) => from === "internet")).toBe(false);
    const { forbidden } = await fargateWith({
      ...open,
      "aws_route.private_a_nat": { nat_gateway_id: null, gateway_id: "igw" },
      "aws_route.private_b_nat": { nat_gateway_id: null, gateway_id: "igw" },
    });
    expect(forbidden).toContainEqual({ from: "internet", to: "database", ports: { from: 5432, to: 5432 } });
  });

  test("a port too many between the load balancer and the service", async () => {
    const wide = { to_port: 9000 };
    const { forbidden } = await fargateWith({
      "aws_vpc_security_group_egress_rule.load_balancer_to_api_8000": wide,
      "aws_vpc_security_group_ingress_rule.api_from_load_balancer_8000": wide,
    });
    expect(forbidden).toEqual([{ from: "load balancer", to: "api", ports: { from: 8001, to: 9000 } }]);
  });

  test("a rule that is lost is missing", async () => {
    const { missing } = await fargateWith({
      "aws_vpc_security_group_ingress_rule.database_from_api_5432": { from_port: 5433, to_port: 5433 },
    });
    expect(missing).toEqual([{ from: "api", to: "database", ports: { from: 5432, to: 5432 } }]);
  });

  test("a network ACL that lets no answer back cuts the way", async () => {
    const { missing } = await fargateWith({ "aws_network_acl.public": { egress: [] } });
    expect(missing).toContainEqual({ from: "internet", to: "load balancer", ports: { from: 443, to: 443 } });
  });

  test("in a network ACL the first rule that names a port decides, whatever comes after it", async () => {
    const { ingress } = Object.fromEntries(
      projectTerraform(await resolved("fargate")).resources.map(({ address, arguments: args }) => [
        address,
        args,
      ]),
    )["aws_network_acl.public"] as { ingress: readonly object[] };
    const preceded = (...rules: readonly object[]) => ({
      "aws_network_acl.public": { ingress: [...rules, ...ingress] },
    });
    const cut = { from: "internet", to: "load balancer", ports: { from: 443, to: 443 } };
    expect((await fargateWith(preceded(rule(1, "deny", 443)))).missing).toContainEqual(cut);
    expect((await fargateWith(preceded(rule(1, "allow", 443), rule(2, "deny", 443)))).missing).toEqual([]);
  });
});

function rule(rule_no: number, action: string, port: number) {
  return {
    rule_no,
    action,
    protocol: "tcp",
    cidr_block: "0.0.0.0/0",
    from_port: port,
    to_port: port,
  };
}
