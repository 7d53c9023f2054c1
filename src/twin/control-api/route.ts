import type { IncomingMessage, ServerResponse } from "node:http";
import type { Controllable } from "./controllable.ts";

/** A request that has found its route. */
export interface Call {
  readonly twin: Controllable;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stands in place of the `{…}` of the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What is answered, the body as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Such as `/v1/services/{service}/restart`: a parameter is one name of lower-case letters, digits and hyphens. */
  readonly path: string;
  /**
   * Null where it has answered by itself. What it throws becomes an answer as well: of a PlumblineError, one that says
   * what to do.
   */
  readonly handle: (call: Call) => Answer | null | Promise<Answer | null>;
}

/** The route that a request asks for, and its parameters; null where there is none. */
export function findRoute(
  routes: readonly Route[],
  { method, url = "" }: Pick<IncomingMessage, "method" | "url">,
): { readonly route: Route; readonly parameters: Readonly<Record<string, string>> } | null {
  for (const route of routes) {
    const found = route.method === method ? patternOf(route.path).exec(url) : null;
    if (found) return { route, parameters: { ...found.groups } };
  }
  return null;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, "(?<$1>[a-z0-9-]+)")}$`);
}
