// Where webhooks may lead. Whoever registers one has this service send requests from inside of its network: they must
// not reach what only the inside can.
import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import { isIP } from "node:net";

import ipaddr from "ipaddr.js";

import type { WebhooksConfig } from "../config.ts";

export type AddressPolicy = Pick<WebhooksConfig, "allowsHttp" | "hosts">;

/** An address that is not sent to; the message continues "The URL ...". */
export class ForbiddenAddress extends Error {}

const LONGEST = 2000;

/** Why nothing can be sent to a URL, as far as its text tells; undefined where it does not. Continues "The URL ...". */
export function faultOfUrl(text: string, policy: AddressPolicy): string | undefined {
  const url = text.length > LONGEST ? null : URL.parse(text);
  if (url === null) return `must be a URL of at most ${LONGEST} characters`;
  if (url.protocol !== "https:" && !(policy.allowsHttp && url.protocol === "http:"))
    return "must begin with https:";
  if (url.username !== "" || url.password !== "") return "must have no user and no password";
  if (url.hash !== "") return "must have no fragment";
  const host = hostOf(url);
  if (isIP(host) !== 0 && !policy.hosts.has(host) && !isPublic(host)) return forbidden(host);
  return undefined;
}

/** The host of a URL; an IPv6 address without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

// RFC 4291, section 2.4, and what IANA has given out of it: all else is no address of the public internet.
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address is one of the public internet. Private, loopback, link-local (with that of cloud metadata), shared,
 * reserved and multicast addresses are not, and neither are IPv6 forms that hide an IPv4 address.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  return parsed.kind() === "ipv4" || (parsed as ipaddr.IPv6).match(GLOBAL_UNICAST);
}

type Answer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Finds the addresses of a host for the very connection that is about to be made: what was checked is what is connected
 * to, whatever the name leads to a moment later.
 */
export function lookupPublic(policy: AddressPolicy, resolve: typeof lookup = lookup) {
  return (host: string, options: LookupOptions, answer: Answer): void => {
    resolve(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return answer(error, []);
      const bad = policy.hosts.has(host.toLowerCase())
        ? undefined
        : found.find(({ address }) => !isPublic(address));
      if (bad !== undefined) return answer(new ForbiddenAddress(forbidden(bad.address)), []);
      const [first] = found;
      if (options.all === true || first === undefined) return answer(null, found);
      answer(null, first.address, first.family);
    });
  };
}

const forbidden = (address: string) => `leads to ${address}, which is not in the public internet`;
