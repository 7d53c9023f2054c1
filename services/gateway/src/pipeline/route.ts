import type { RequestHandler } from "express";

import { Problem } from "../../../proxy/src/problems.ts";
import { contextOf } from "../context.ts";
import type { createRouter } from "../routing/routes.ts";

/** Finds out where a request is to go. */
export function findRoutes(routeOf: ReturnType<typeof createRouter>): RequestHandler {
  return (request, _response, next) => {
    const route = routeOf(request.path);
    if (route === undefined) throw new Problem("not_found");
    contextOf(request).route = route;
    next();
  };
}
