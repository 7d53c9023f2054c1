import type { IncomingMessage } from "node:http";
import { BlockList, isIPv6 } from "node:net";

import type { Origin } from "./headers.ts";

/** Loopback, link-local and private addresses: of load balancers, and of services in the same network. */
const HERE = new BlockList();
for (const [network, prefix] of [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const)
  HERE.addSubnet(network, prefix, "ipv4");
for (const [network, prefix] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const)
  HERE.addSubnet(network, prefix, "ipv6");

/** Whether what a hop with this address says is believed. */
export function isTrusted(address: string): boolean {
  return HERE.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Where a request came from: the last address on its way whose word is not believed, else the first one. */
export function originOf({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">): Origin {
  const remote = (socket.remoteAddress ?? "unknown").replace(/^::ffff:/, "");
  if (!isTrusted(remote)) return { remote, client: remote, isTrusted: false };
  const said = String(headers["x-forwarded-for"] ?? "");
  const way = said === "" ? [] : said.split(",").map((address) => address.trim());
  const client = way.findLast((address) => !isTrusted(address)) ?? way[0] ?? remote;
  return { remote, client, isTrusted: true };
}
