import type { NextFunction, RequestHandler } from "express";

import type { Upstream } from "../../../proxy/src/upstream.ts";
import { type AccessParts, authenticate } from "../access/authenticate.ts";
import type { Caller } from "../access/caller.ts";
import { type Context, contextOf } from "../context.ts";
import type { Route } from "../routing/routes.ts";

/** Finds out whose request it is; answers at once where that is known already. */
export function identifyCallers(
  upstreams: ReadonlyMap<string, Upstream>,
  access: AccessParts,
): RequestHandler {
  const open: AccessParts = { ...access, authentication: "optional" };
  return (request, _response, next) => {
    const context = contextOf(request);
    const route = context.route as Route;
    const parts = route.access === "anyone" ? open : access;
    const found = authenticate(request.headers, upstreams.get(route.to) as Upstream, parts);
    if (!(found instanceof Promise)) {
      context.caller = found;
      return next();
    }
    return identifyLater(context, found, next);
  };
}

async function identifyLater(context: Context, found: Promise<Caller>, next: NextFunction): Promise<void> {
  context.caller = await found;
  next();
}
