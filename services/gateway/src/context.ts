import type { Request } from "express";

import type { Origin } from "../../proxy/src/headers.ts";
import type { Caller } from "./access/caller.ts";
import type { RequestSpan } from "./observability/tracing.ts";
import type { Route } from "./routing/routes.ts";

/** What is found out about a request on its way through. */
export interface Context {
  readonly id: string;
  readonly origin: Origin;
  /** It takes long by its nature, and counts no more among those that are under way. */
  readonly release: () => void;
  /** Undefined where spans are not recorded. */
  span?: RequestSpan | undefined;
  route?: Route;
  /** Undefined where a request does not say whose it is. */
  caller?: Caller | undefined;
}

const contexts = new WeakMap<Request, Context>();

export function begin(request: Request, context: Context): Context {
  contexts.set(request, context);
  return context;
}

/** Of a request that has come past the beginning. */
export function contextOf(request: Request): Context {
  return contexts.get(request) as Context;
}
