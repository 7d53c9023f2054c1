import { parseCidr } from "#model/quantities/cidr.ts";
import type { HclValue } from "../hcl/expression.ts";
import type { Resources } from "../stack.ts";
import { blocks, ofType, referred, referredAll } from "./evaluate.ts";

export const INTERNET = "internet";

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

export const EVERY_PORT: PortRange = { from: 0, to: 65_535 };

/** One rule of a security group: whom it lets in, or out to. */
export interface GroupRule {
  readonly ports: PortRange;
  /** A security group's address, or a network. */
  readonly peer: string;
}

export interface SecurityGroup {
  readonly ingress: readonly GroupRule[];
  readonly egress: readonly GroupRule[];
}

export interface AclRule {
  readonly cidr: string;
  readonly ports: PortRange;
  readonly allows: boolean;
}

export interface Subnet {
  readonly cidr: string;
  /** Where packets for the internet go. */
  readonly wayOut: "gateway" | "nat" | "none";
  /** Rules in the order in which they are tried; null where the VPC's own ACL lets everything through. */
  readonly acl: { readonly ingress: readonly AclRule[]; readonly egress: readonly AclRule[] } | null;
}

export interface NetworkModel {
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly groups: ReadonlyMap<string, SecurityGroup>;
}

/** What the generated resources say about who may speak to whom. */
export function networkOf(stack: Resources): NetworkModel {
  return { subnets: subnetsOf(stack), groups: groupsOf(stack) };
}

function subnetsOf(stack: Resources): Map<string, Subnet> {
  const tables = new Map(
    ofType(stack, "aws_route_table_association").map(({ args }) => [
      referred(args["subnet_id"]),
      referred(args["route_table_id"]),
    ]),
  );
  const ways = new Map(
    ofType(stack, "aws_route")
      .filter(({ args }) => args["destination_cidr_block"] === "0.0.0.0/0")
      .map(({ args }) => [referred(args["route_table_id"]), args["gateway_id"] ? "gateway" : "nat"] as const),
  );
  const acls = ofType(stack, "aws_network_acl").map(({ args }) => ({
    subnets: referredAll(args["subnet_ids"]),
    ingress: aclRules(args["ingress"]),
    egress: aclRules(args["egress"]),
  }));
  return new Map(
    ofType(stack, "aws_subnet").map(({ address, args }) => {
      const acl = acls.find(({ subnets }) => subnets.includes(address));
      const wayOut = ways.get(tables.get(address) ?? null) ?? "none";
      return [address, { cidr: String(args["cidr_block"]), wayOut, acl: acl ?? null }] as const;
    }),
  );
}

function aclRules(value: HclValue | undefined): AclRule[] {
  return blocks(value)
    .toSorted((a, b) => Number(a["rule_no"]) - Number(b["rule_no"]))
    .map((rule) => ({
      cidr: String(rule["cidr_block"]),
      ports: rule["protocol"] === "-1" ? EVERY_PORT : portsOf(rule),
      allows: rule["action"] === "allow",
    }));
}

function groupsOf(stack: Resources): Map<string, SecurityGroup> {
  const rules = (
    type: "aws_vpc_security_group_ingress_rule" | "aws_vpc_security_group_egress_rule",
    group: string,
  ) =>
    ofType(stack, type)
      .filter(({ args }) => referred(args["security_group_id"]) === group)
      .map(({ args }): GroupRule => ({
        ports: args["ip_protocol"] === "-1" ? EVERY_PORT : portsOf(args),
        peer: referred(args["referenced_security_group_id"]) ?? String(args["cidr_ipv4"]),
      }));
  return new Map(
    ofType(stack, "aws_security_group").map(({ address }) => [
      address,
      {
        ingress: rules("aws_vpc_security_group_ingress_rule", address),
        egress: rules("aws_vpc_security_group_egress_rule", address),
      },
    ]),
  );
}

function portsOf(rule: Readonly<Record<string, HclValue>>): PortRange {
  return { from: Number(rule["from_port"]), to: Number(rule["to_port"]) };
}

/** Whether a network is inside another one. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [parseCidr(inner), parseCidr(outer)];
  if (!a || !b || a.prefix < b.prefix) return false;
  const size = 2 ** (32 - b.prefix);
  return Math.floor(a.base / size) === Math.floor(b.base / size);
}
