import type { RequestHandler } from "express";

import { UpstreamFailure } from "../../../proxy/src/failures.ts";
import { forward, type Forwarding } from "../../../proxy/src/forward.ts";
import { Problem } from "../../../proxy/src/problems.ts";
import type { Upstream } from "../../../proxy/src/upstream.ts";
import { contextOf } from "../context.ts";
import type { Route } from "../routing/routes.ts";
import type { StaleAnswers } from "../stale/stale-answers.ts";

/** Sends requests on. While a backend is away, tells what it allows to be told, or says that it is away. */
export function proxyRequests(
  upstreams: ReadonlyMap<string, Upstream>,
  stale: StaleAnswers,
  { bodyTimes, streams }: Pick<Forwarding, "bodyTimes" | "streams">,
): RequestHandler {
  return async (request, response) => {
    const { id, origin, span, route, release } = contextOf(request);
    const { to, exchange, mostBody, honoursKeys } = route as Route;
    // Those are limited by connections of their own.
    if (exchange !== "call") release();
    try {
      await forward(request, response, {
        upstream: upstreams.get(to) as Upstream,
        origin,
        requestId: id,
        exchange,
        mostBody,
        bodyTimes,
        streams,
        honoursKeys,
        more: span?.ask(to),
        refuses: (status) => stale.standsInFor(request, status),
        watch: (answer) => stale.watch(request, answer),
      });
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) throw error;
      if (!stale.tell(request, response)) throw new Problem(error.problem);
    }
  };
}
