import { isIPv6 } from "node:net";

import type { FastifyRequest } from "fastify";

/**
 * Where a request comes from. Each of `hops` proxies has added to X-Forwarded-For whom it has the request from, at the
 * end; what stands before is whatever the client says.
 */
export function addressOf(
  { headers, socket }: Pick<FastifyRequest, "headers" | "socket">,
  hops: number,
): string {
  const direct = socket.remoteAddress ?? "unknown";
  if (hops === 0) return direct;
  const header = [headers["x-forwarded-for"] ?? []].flat().join(",");
  return header.split(",").at(-hops)?.trim() || direct;
}

/** Whoever has one address of IPv6 has the whole /64 of it: attempts are counted for that. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address.slice(0, 64);
  const [head = "", tail] = address.split("%")[0]?.toLowerCase().split("::") ?? [];
  const groups = head.split(":").filter(Boolean);
  const rest = tail?.split(":").filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - rest.length) }, () => "0");
  const first = [...groups, ...(tail === undefined ? [] : zeros), ...rest].slice(0, 4);
  return `${first.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}
