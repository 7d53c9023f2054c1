import type { Tier } from "#model/network.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import type { Context } from "../context.ts";
import type { Resource } from "../stack.ts";
import type { Vpc } from "./vpc.ts";

const ANYWHERE = "0.0.0.0/0";
/** Where answers to connections that were opened from inside come back. https://docs.aws.amazon.com/vpc/latest/userguide/nacl-ephemeral-ports.html */
const EPHEMERAL = { from: 1024, to: 65_535 } as const;

interface Entry {
  readonly cidr: string;
  readonly from: number;
  readonly to: number;
  /** `-1` is every protocol. */
  readonly protocol: "tcp" | "udp" | "-1";
}

interface Entries {
  readonly ingress: readonly Entry[];
  readonly egress: readonly Entry[];
}

const everything = (cidr: string): Entry => ({ cidr, from: 0, to: 0, protocol: "-1" });
const answers = (cidr: string): Entry => ({ cidr, ...EPHEMERAL, protocol: "tcp" });

/**
 * A network ACL for each tier, where the architecture asks for it: a second fence that does not know connections, so that
 * answers are let through by their ports. https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
 */
export function networkAclsOf({ architecture, stack, name }: Context, { vpc, subnets }: Vpc): void {
  if (architecture.network.networkAcls === "default") return;
  const add = stack.file("network");
  for (const [tier, entries] of Object.entries(entriesOf(architecture)) as [Tier, Entries][]) {
    if (subnets[tier].length === 0) continue;
    add("aws_network_acl", tier, {
      vpc_id: vpc.ref("id"),
      subnet_ids: subnets[tier].map((subnet: Resource<"aws_subnet">) => subnet.ref("id")),
      ingress: entries.ingress.map(rule),
      egress: entries.egress.map(rule),
      tags: { Name: name(tier) },
    });
  }
}

function entriesOf({ network, entry, stores }: Context["architecture"]): Record<Tier, Entries> {
  const listeners = [...new Set(entry.loadBalancer.listeners.map(({ port }) => port))].sort((a, b) => a - b);
  const storePorts = [...new Set(Object.values(stores).flatMap(({ kind }) => STORE_PORTS[kind] ?? []))];
  const privateNetworks = network.subnets.private;
  const fromListeners = listeners.map((port): Entry => ({
    cidr: ANYWHERE,
    from: port,
    to: port,
    protocol: "tcp",
  }));
  return {
    public: {
      ingress: [...fromListeners, answers(ANYWHERE), everything(network.cidr)],
      egress: [everything(ANYWHERE)],
    },
    private: {
      ingress: [everything(network.cidr), answers(ANYWHERE)],
      egress: [everything(ANYWHERE)],
    },
    database: {
      ingress: [
        ...privateNetworks.flatMap((cidr) =>
          storePorts.map((port): Entry => ({ cidr, from: port, to: port, protocol: "tcp" })),
        ),
        // Primaries and their replicas speak to each other inside the tier.
        ...network.subnets.database.map(everything),
      ],
      egress: [...privateNetworks.map(answers), ...network.subnets.database.map(everything)],
    },
  };
}

function rule({ cidr, from, to, protocol }: Entry, at: number) {
  return {
    rule_no: 100 + at * 10,
    protocol,
    action: "allow",
    cidr_block: cidr,
    from_port: from,
    to_port: to,
    icmp_code: null,
    icmp_type: null,
    ipv6_cidr_block: null,
  };
}
