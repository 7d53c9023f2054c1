import type { Request, RequestHandler } from "express";
import { rateLimit, type Store } from "express-rate-limit";

import { sendProblem } from "../../../proxy/src/problems.ts";
import { contextOf } from "../context.ts";
import type { SlidingWindow, WindowSettings } from "./window.ts";

/** Milliseconds of a window as express-rate-limit takes them. */
const LONGEST = 2 ** 31 - 1;

/**
 * Lets a caller's requests in as often as its window says. Tells it by RateLimit and RateLimit-Policy
 * (draft-ietf-httpapi-ratelimit-headers-08), which may name several policies.
 * @param callerOf undefined where a request has no such caller, and is let in.
 */
export function limiter(
  name: string,
  { limit, span }: WindowSettings,
  window: SlidingWindow,
  callerOf: (request: Request) => string | undefined,
  onRefused: () => void,
): RequestHandler {
  return rateLimit({
    identifier: name,
    limit,
    windowMs: Math.min(span, LONGEST),
    standardHeaders: "draft-8",
    legacyHeaders: false,
    store: storeOf(window, limit),
    skip: (request) => callerOf(request) === undefined,
    keyGenerator: (request) => callerOf(request) ?? "",
    // Who a caller is has been found out before.
    validate: false,
    handler: (request, response) => {
      onRefused();
      sendProblem(response, "rate_limited", contextOf(request).id, {
        detail: `At most ${limit} requests in ${span / 1000} seconds are taken for each ${name}.`,
      });
    },
  });
}

function storeOf(window: SlidingWindow, limit: number): Store {
  return {
    async increment(caller) {
      const { isAdmitted, count, freeIn } = await window.admit(caller);
      return { totalHits: isAdmitted ? count : limit + 1, resetTime: new Date(Date.now() + freeIn) };
    },
    // What was let in has cost what it costs, whatever came of it.
    decrement: () => {},
    resetKey: (caller) => window.forget(caller),
  };
}
