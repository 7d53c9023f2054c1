import type { GroupAttributes, WeightedForward } from "./configuration.ts";
import { Sealer } from "./sealed.ts";

/** "It has its own expiry of 7 days which is non-configurable": the duration is inside, where no client sees it. */
const COOKIE_LIFE = 604_800_000;
/** Of one name, how many values are looked at: a client may send as many as fit into a head. */
const VALUES_TRIED = 4;
/** How many target groups one AWSALBAPP cookie speaks of. */
const GROUPS_REMEMBERED = 8;

/** Whom a client belongs to: group, target (or "" for a group only), and the time in milliseconds until when. */
type Bond = readonly [group: string, target: string, until: number];

interface Texts {
  readonly request: string;
  readonly response: string;
}

/**
 * The cookies that bind a client to a target (AWSALB, AWSALBAPP) or to a target group (AWSALBTG).
 * Source: "Sticky sessions for your Application Load Balancer" and "Forward actions". What it says: every
 * response begins the time anew; a cookie that cannot be decoded or that names a target which is gone or
 * unhealthy is replaced; application cookies count only beside the target's own; a second cookie …CORS says
 * the same with SameSite=None.
 */
export class Stickiness {
  readonly #sealer: Sealer;
  /** Made once a second for each target and not for each response. */
  readonly #fresh = new Map<string, string>();
  #freshAt = 0;

  constructor(secret: string | undefined) {
    this.#sealer = new Sealer(secret);
  }

  /** @returns the group that the client is bound to among those of the action that have weight. */
  boundGroup(action: WeightedForward, request: string, now: number): string | undefined {
    if (action.stickiness === undefined) return undefined;
    for (const [group, , until] of this.#bonds("AWSALBTG", request, now)) {
      if (until > now && action.groups.some((each) => each.group === group && each.weight > 0)) return group;
    }
    return undefined;
  }

  /** @returns the id of the target that the client is bound to. @param request its head. */
  boundTarget(group: GroupAttributes, request: string, now: number): string | undefined {
    const sticky = group.stickiness;
    if (sticky === undefined) return undefined;
    if (sticky.kind === "application" && cookies(request, sticky.cookie).length === 0) return undefined;
    return this.#bondTo(group, request, now)?.[1];
  }

  /** The Set-Cookie lines that bind the client to who answered. */
  groupLines(action: WeightedForward, group: string, secure: boolean, now: number): string {
    if (action.stickiness === undefined) return "";
    return twice(
      "AWSALBTG",
      this.#sealed("AWSALBTG", [group, "", now + action.stickiness], now),
      secure,
      now,
    );
  }

  /** @param texts the heads of the request and of the target's response. */
  targetLines(group: GroupAttributes, target: string, texts: Texts, secure: boolean, now: number): string {
    const sticky = group.stickiness;
    if (sticky === undefined) return "";
    const bond: Bond = [group.name, target, now + sticky.duration];
    if (sticky.kind === "duration") return twice("AWSALB", this.#sealed("AWSALB", bond, now), secure, now);
    const begins = setsCookie(texts.response, sticky.cookie);
    if (!begins && this.boundTarget(group, texts.request, now) === undefined) return "";
    const others = this.#bonds("AWSALBAPP-0", texts.request, now).filter(
      ([name, , until]) => name !== group.name && until > now,
    );
    const value = this.#sealer.seal("AWSALBAPP-0", [bond, ...others.slice(0, GROUPS_REMEMBERED - 1)]);
    return line("AWSALBAPP-0", value, secure ? "; SameSite=None; Secure" : "", now);
  }

  #bondTo(group: GroupAttributes, request: string, now: number): Bond | undefined {
    const name = group.stickiness?.kind === "duration" ? "AWSALB" : "AWSALBAPP-0";
    return this.#bonds(name, request, now).find(([of, , until]) => of === group.name && until > now);
  }

  #bonds(name: string, request: string, now: number): readonly Bond[] {
    const values = [...cookies(request, name), ...cookies(request, `${name}CORS`)].slice(0, VALUES_TRIED);
    for (const value of values) {
      const content = this.#sealer.open(name, value);
      // What opens was written by us.
      if (Array.isArray(content)) {
        const bonds = content as Bond[];
        if (bonds.some(([, , until]) => until > now)) return bonds;
      }
    }
    return [];
  }

  #sealed(purpose: string, bond: Bond, now: number): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#freshAt) {
      this.#fresh.clear();
      this.#freshAt = second;
    }
    const key = `${purpose} ${bond[0]} ${bond[1]} ${bond[2] - now}`;
    let value = this.#fresh.get(key);
    if (value === undefined) {
      value = this.#sealer.seal(purpose, [bond]);
      this.#fresh.set(key, value);
    }
    return value;
  }
}

/** The values of the cookies of that name (RFC 6265 section 5.4), without quotes. */
export function cookies(head: string, name: string): string[] {
  const values: string[] = [];
  for (const [, list] of head.matchAll(/^cookie:([^\r]*)\r$/gim)) {
    for (const pair of list!.split(";")) {
      const equals = pair.indexOf("=");
      if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
      values.push(
        pair
          .slice(equals + 1)
          .trim()
          .replace(/^"(.*)"$/, "$1"),
      );
    }
  }
  return values;
}

function setsCookie(head: string, name: string): boolean {
  for (const [, set] of head.matchAll(/^set-cookie:[\t ]*([^=\r;]*)=/gim))
    if (set!.trim() === name) return true;
  return false;
}

function twice(name: string, value: string, secure: boolean, now: number): string {
  const crossSite = `; SameSite=None${secure ? "; Secure" : ""}`;
  return line(name, value, "", now) + line(`${name}CORS`, value, crossSite, now);
}

/** "Application Load Balancers use the Expires attribute in the cookie header instead of the Max-Age attribute." */
function line(name: string, value: string, attributes: string, now: number): string {
  return `Set-Cookie: ${name}=${value}; Expires=${new Date(now + COOKIE_LIFE).toUTCString()}; Path=/${attributes}\r\n`;
}
