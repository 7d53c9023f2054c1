import type { Action, Rule } from "./configuration.ts";

type Matches = (text: string) => boolean;

/** What is to be done with a request, and which rule said so: 1 for the first one, 0 for the default action. */
export interface Route {
  readonly action: Action;
  readonly priority: number;
}

/** A listener's rules, ready to be asked. */
export class Router {
  readonly #rules: readonly { hosts: Matches[] | undefined; paths: Matches[] | undefined; route: Route }[];
  readonly #default: Route;

  constructor(rules: readonly Rule[], defaultAction: Action) {
    this.#default = { action: defaultAction, priority: 0 };
    this.#rules = rules.map(({ hosts, paths, action }, index) => ({
      hosts: hosts?.map((pattern) => patternMatcher(pattern.toLowerCase())),
      paths: paths?.map(patternMatcher),
      route: { action, priority: index + 1 },
    }));
  }

  /**
   * What the first rule that holds says.
   * @param host as in the Host field, with or without a port. @param path without the query.
   */
  route(host: string, path: string): Route {
    let name: string | undefined;
    for (const rule of this.#rules) {
      if (rule.hosts !== undefined) {
        name ??= hostName(host);
        if (!anyMatches(rule.hosts, name)) continue;
      }
      if (rule.paths === undefined || anyMatches(rule.paths, path)) return rule.route;
    }
    return this.#default;
  }
}

/** Lower case and without the port; an IPv6 address keeps its brackets. */
export function hostName(host: string): string {
  const colon = host.lastIndexOf(":");
  const hasPort = colon !== -1 && colon > host.lastIndexOf("]");
  return (hasPort ? host.slice(0, colon) : host).toLowerCase();
}

function anyMatches(matchers: readonly Matches[], text: string): boolean {
  for (const matches of matchers) if (matches(text)) return true;
  return false;
}

/** The patterns people write most are compared without a search. */
function patternMatcher(pattern: string): Matches {
  const first = pattern.search(/[*?]/);
  if (first === -1) return (text) => text === pattern;
  if (pattern === "*" || pattern === "/*") return (text) => text.startsWith(pattern.slice(0, -1));
  if (first === pattern.length - 1 && pattern.endsWith("*")) {
    const prefix = pattern.slice(0, -1);
    return (text) => text.startsWith(prefix);
  }
  return (text) => matchesPattern(pattern, text);
}

/**
 * "*" stands for any characters, also none; "?" for exactly one. After a mismatch only the last star is
 * tried again one character further, so the time is bounded by pattern × text for any pattern.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let starRead = 0;
  while (read < text.length) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at++;
      starRead = read;
    } else if (at < pattern.length && (wanted === "?" || wanted === text[read])) {
      at++;
      read++;
    } else if (star !== -1) {
      at = star + 1;
      read = ++starRead;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}
