import * as z from "zod";
import { show } from "../data.ts";

/** An IPv4 network: its first address as a 32-bit number, and the length of its prefix. */
export interface Network4 {
  readonly base: number;
  readonly prefix: number;
}

/** An IPv4 network as it is written: `"10.0.1.0/24"`. */
export type CidrText = `${number}.${number}.${number}.${number}/${number}`;

/** The network, or null if the text is not one or has bits set behind its prefix (RFC 4632). */
export function parseCidr(text: string): Network4 | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number);
  if (Math.max(a, b, c, d) > 255 || prefix > 32) return null;
  const base = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return base % networkSize({ base, prefix }) === 0 ? { base, prefix } : null;
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

export function formatCidr(network: Network4): CidrText {
  return `${formatAddress(network.base)}/${network.prefix}` as CidrText;
}

/** How many addresses the network has. */
export function networkSize(network: Network4): number {
  return 2 ** (32 - network.prefix);
}

export function contains(outer: Network4, inner: Network4): boolean {
  return inner.base >= outer.base && inner.base + networkSize(inner) <= outer.base + networkSize(outer);
}

export function overlaps(one: Network4, other: Network4): boolean {
  return one.base < other.base + networkSize(other) && other.base < one.base + networkSize(one);
}

export const Cidr = z.custom<CidrText>((value) => typeof value === "string" && parseCidr(value) !== null, {
  error: (issue) =>
    `${show(issue.input)} is not an IPv4 network: write it like "10.0.1.0/24", with no bits behind the prefix`,
  params: { code: "CIDR_UNREADABLE" },
});
