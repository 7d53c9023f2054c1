import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { contains, type Network4, overlaps, parseCidr } from "#model/quantities/cidr.ts";
import { type Check, type Found, judged } from "../finding.ts";
import { list } from "../words.ts";

/** RFC 1918, and the shared space of RFC 6598. */
const OWN_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/** Whose addresses they are, and whether names resolve to them. */
export const addressPlan: Check = (architecture) => [
  ownAddresses(architecture),
  ...vpnClients(architecture),
  names(architecture),
];

function network(text: string): Network4 {
  return parseCidr(text) ?? { base: 0, prefix: 0 };
}

function ownAddresses({ network: { cidr } }: ResolvedArchitecture): Finding {
  const isOwn = OWN_NETWORKS.some((own) => contains(network(own), network(cidr)));
  const found: Found = {
    check: "own-addresses",
    part: "network.cidr",
    says: isOwn
      ? `${cidr} is for private networks.`
      : `${cidr} is not for private networks: the addresses belong to somebody else, whom nothing in the VPC can reach any longer.`,
    references: [
      { page: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html", asOf: "2025-05" },
    ],
  };
  return judged(isOwn, found, `Take a network within ${list(OWN_NETWORKS.slice(0, 3))}.`);
}

/** Client VPN refuses networks that overlap the VPC's, and takes /12 to /22. */
function vpnClients({ network: { cidr, vpn } }: ResolvedArchitecture): Finding[] {
  if (!vpn) return [];
  const clients = network(vpn.clients);
  const isApart = !overlaps(clients, network(cidr));
  const isTaken = clients.prefix >= 12 && clients.prefix <= 22;
  const found: Found = {
    check: "vpn-clients",
    part: "network.vpn.clients",
    says: `Clients of the VPN get addresses of ${vpn.clients}.${isApart ? "" : ` They are the VPC's own (${cidr}), which Client VPN refuses.`}${isTaken ? "" : " Client VPN takes networks from /12 to /22."}`,
    references: [
      {
        page: "https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/what-is-best-practices.html",
        asOf: "2025-05",
      },
    ],
  };
  return [judged(isApart && isTaken, found, "Take a /22 outside of the VPC.")];
}

/** Stores and AWS's services are reached by name; nodes of EKS and interface endpoints want host names as well. */
function names({ network: { dns, endpoints }, compute }: ResolvedArchitecture): Finding {
  const hasInterfaces = endpoints.some((endpoint) => endpoint !== "s3" && endpoint !== "dynamodb");
  const wanted = [
    ...(compute.kind === "eks" ? ["EKS's nodes"] : []),
    ...(hasInterfaces ? ["interface endpoints"] : []),
  ];
  const isSound = dns.support && (dns.hostnames || wanted.length === 0);
  const says = !dns.support
    ? "DNS support is off: nothing in the VPC resolves a name, neither a database's nor the registry's."
    : isSound
      ? "Names resolve in the VPC."
      : `DNS host names are off, without which ${list(wanted)} do not work.`;
  return judged(
    isSound,
    {
      check: "dns-names",
      part: "network.dns",
      says,
      references: [
        { page: "https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html", asOf: "2025-05" },
      ],
    },
    "Turn network.dns.support and network.dns.hostnames on.",
    { "network.dns.support": true, "network.dns.hostnames": true },
  );
}
