import type { Resources } from "../stack.ts";
import { type Actor, actorsOf } from "./actors.ts";
import {
  type AclRule,
  EVERY_PORT,
  type GroupRule,
  INTERNET,
  isWithin,
  networkOf,
  type NetworkModel,
  type PortRange,
  type Subnet,
} from "./network.ts";

/** A connection that the generated network lets through, over TCP. */
export interface Path {
  readonly from: string;
  readonly to: string;
  readonly ports: PortRange;
}

const ANYWHERE = "0.0.0.0/0";
/** From where clients' connections come, as servers see it. */
const EPHEMERAL: PortRange = { from: 1024, to: 65_535 };

/**
 * Every connection that the resources let through: a route each way, security groups that let it out and in, and network ACLs
 * that let it and its answers pass. https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html
 */
export function reachable(stack: Resources): Path[] {
  const network = networkOf(stack);
  const actors = actorsOf(stack);
  return [
    ...actors.flatMap((to) => fromInternet(network, to)),
    ...actors.flatMap((from) => actors.flatMap((to) => between(network, from, to))),
    ...actors.flatMap((from) => toInternet(network, from)),
  ];
}

function fromInternet(network: NetworkModel, to: Actor): Path[] {
  if (!to.isPublic) return [];
  const subnets = subnetsOf(network, to).filter(({ wayOut }) => wayOut === "gateway");
  return rulesOf(network, to, "ingress")
    .filter(({ peer }) => isWithin("203.0.113.0/24", peer))
    .flatMap(({ ports }) =>
      narrowed(
        ports,
        subnets.flatMap((subnet) => through(subnet, "ingress", ANYWHERE, ports)),
        subnets.some((subnet) => answersPass(subnet, "egress", ANYWHERE)),
      ),
    )
    .map((ports) => ({ from: INTERNET, to: to.name, ports }));
}

function toInternet(network: NetworkModel, from: Actor): Path[] {
  const subnets = subnetsOf(network, from).filter(
    ({ wayOut }) => wayOut === "nat" || (wayOut === "gateway" && from.isPublic),
  );
  return rulesOf(network, from, "egress")
    .filter(({ peer }) => peer === ANYWHERE)
    .flatMap(({ ports }) =>
      narrowed(
        ports,
        subnets.flatMap((subnet) => through(subnet, "egress", ANYWHERE, ports)),
        subnets.some((subnet) => answersPass(subnet, "ingress", ANYWHERE)),
      ),
    )
    .map((ports) => ({ from: from.name, to: INTERNET, ports }));
}

/** Inside the VPC there is always a route. */
function between(network: NetworkModel, from: Actor, to: Actor): Path[] {
  const sources = subnetsOf(network, from);
  const targets = subnetsOf(network, to);
  const out = rulesOf(network, from, "egress").filter(({ peer }) => names(peer, to, targets));
  const into = rulesOf(network, to, "ingress").filter(({ peer }) => names(peer, from, sources));
  const allowed = out.flatMap((a) => into.flatMap((b) => overlap(a.ports, b.ports) ?? []));
  const passing = allowed.flatMap((ports) =>
    sources.flatMap((source) =>
      targets.flatMap((target) => {
        const answered =
          answersPass(target, "egress", source.cidr) && answersPass(source, "ingress", target.cidr);
        if (!answered) return [];
        return through(source, "egress", target.cidr, ports).flatMap((some) =>
          through(target, "ingress", source.cidr, some),
        );
      }),
    ),
  );
  return joined(passing).map((ports) => ({ from: from.name, to: to.name, ports }));
}

/** Whether a rule's peer is that actor: its security group, or a network that holds one of its subnets. */
function names(peer: string, actor: Actor, subnets: readonly Subnet[]): boolean {
  return actor.groups.includes(peer) || subnets.some(({ cidr }) => isWithin(cidr, peer));
}

function subnetsOf({ subnets }: NetworkModel, actor: Actor): Subnet[] {
  return actor.subnets.flatMap((address) => subnets.get(address) ?? []);
}

function rulesOf({ groups }: NetworkModel, actor: Actor, way: "ingress" | "egress"): GroupRule[] {
  return actor.groups.flatMap((address) => groups.get(address)?.[way] ?? []);
}

/** The part of a range of ports that a subnet's ACL lets through to or from a network. */
function through({ acl }: Subnet, way: "ingress" | "egress", peer: string, ports: PortRange): PortRange[] {
  return acl === null ? [ports] : passed(acl[way], peer, ports);
}

/** What rules let through: for each port the first rule that names it and the peer decides. */
function passed(rules: readonly AclRule[], peer: string, ports: PortRange): PortRange[] {
  let undecided: PortRange[] = [ports];
  const allowed: PortRange[] = [];
  for (const rule of rules.filter(({ cidr }) => isWithin(peer, cidr))) {
    if (rule.allows) allowed.push(...undecided.flatMap((range) => overlap(range, rule.ports) ?? []));
    undecided = undecided.flatMap((range) => without(range, rule.ports));
  }
  return joined(allowed);
}

function answersPass(subnet: Subnet, way: "ingress" | "egress", peer: string): boolean {
  return through(subnet, way, peer, EPHEMERAL).some(
    ({ from, to }) => from <= EPHEMERAL.from && to >= EPHEMERAL.to,
  );
}

function narrowed(ports: PortRange, passing: readonly PortRange[], answered: boolean): PortRange[] {
  return answered ? joined(passing.flatMap((range) => overlap(range, ports) ?? [])) : [];
}

export function overlap(a: PortRange, b: PortRange): PortRange | null {
  const [from, to] = [Math.max(a.from, b.from), Math.min(a.to, b.to)];
  return from <= to ? { from, to } : null;
}

export function without(range: PortRange, taken: PortRange): PortRange[] {
  if (!overlap(range, taken)) return [range];
  const before = { from: range.from, to: taken.from - 1 };
  const after = { from: taken.to + 1, to: range.to };
  return [before, after].filter(({ from, to }) => from <= to);
}

/** The same ports in as few ranges as possible, in order. */
export function joined(ranges: readonly PortRange[]): PortRange[] {
  const apart: PortRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = apart.at(-1);
    if (last && range.from <= last.to + 1)
      apart[apart.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else apart.push(range);
  }
  return apart;
}

export function formatPorts({ from, to }: PortRange): string {
  if (from === EVERY_PORT.from && to === EVERY_PORT.to) return "all";
  return from === to ? String(from) : `${from}-${to}`;
}
