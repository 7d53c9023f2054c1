import type { Request, RequestHandler, Response } from "express";

import { Problem } from "../../../proxy/src/problems.ts";
import type { Upstream } from "../../../proxy/src/upstream.ts";
import { type AccessParts, type AskWhose, authenticate } from "../access/authenticate.ts";
import type { Caller } from "../access/caller.ts";
import { contextOf } from "../context.ts";
import { rateLimitFields, seconds } from "../limits/fields.ts";
import type { Counted, LimitName, Limits } from "../limits/limits.ts";
import type { Admission } from "../limits/window.ts";
import type { createRouter, Route } from "../routing/routes.ts";

interface Parts {
  readonly routeOf: ReturnType<typeof createRouter>;
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly access: AccessParts;
  readonly limits: Limits;
  readonly onRefused: (limit: LimitName) => void;
}

/**
 * Finds out where a request is to go and whose it is, and counts it: by its address, whatever else is to be said about it,
 * and by its caller. Both are one question to Redis, where the caller is known here already.
 */
export function admitRequests({ routeOf, upstreams, access, limits, onRefused }: Parts): RequestHandler {
  const open: AccessParts = { ...access, authentication: "optional" };

  function find(request: Request, route: Route): Caller | undefined | AskWhose {
    const parts = route.access === "anyone" ? open : access;
    return authenticate(request.headers, upstreams.get(route.to) as Upstream, parts);
  }

  return async (request, response, next) => {
    const context = contextOf(request);
    const told = new Told(response, limits, onRefused);
    const address: Counted = { limit: "address", caller: context.origin.client };
    try {
      const [path = ""] = request.originalUrl.split("?", 1);
      const route = routeOf(path);
      if (route === undefined) throw new Problem("not_found");
      context.route = route;
      const found = find(request, route);
      if (typeof found !== "function") {
        context.caller = found;
        await told.admit(...(found ? [address, keyOf(found)] : [address]));
        return next();
      }
      // Whoever is not known costs a question: an address that is over its limit asks none.
      await told.admit(address);
      context.caller = await found();
      await told.admit(keyOf(context.caller));
    } catch (error) {
      if (!told.any) await told.admit(address);
      throw error;
    }
    next();
  };
}

function keyOf({ id }: Caller): Counted {
  return { limit: "key", caller: id };
}

/** What the answer to one request tells of its limits. */
class Told {
  readonly #response: Response;
  readonly #limits: Limits;
  readonly #onRefused: (limit: LimitName) => void;
  readonly #counted: Counted[] = [];
  readonly #admissions: Admission[] = [];

  constructor(response: Response, limits: Limits, onRefused: (limit: LimitName) => void) {
    this.#response = response;
    this.#limits = limits;
    this.#onRefused = onRefused;
  }

  /** Whether the request was counted. */
  get any(): boolean {
    return this.#admissions.length > 0;
  }

  /** @throws Problem rate_limited */
  async admit(...counted: readonly Counted[]): Promise<void> {
    const { settings } = this.#limits;
    this.#counted.push(...counted);
    this.#admissions.push(...(await this.#limits.admit(...counted)));
    const fields = rateLimitFields(this.#counted, settings, this.#admissions);
    this.#response.setHeader("ratelimit", fields.ratelimit);
    this.#response.setHeader("ratelimit-policy", fields["ratelimit-policy"]);
    const refused = this.#admissions.findIndex(({ isAdmitted }) => !isAdmitted);
    if (refused < 0) return;
    const { limit: name } = this.#counted[refused] as Counted;
    const { limit, span } = settings[name];
    this.#onRefused(name);
    throw new Problem("rate_limited", {
      detail: `At most ${limit} requests in ${span / 1000} seconds are taken for each ${name}.`,
      headers: { "retry-after": String(seconds((this.#admissions[refused] as Admission).freeIn)) },
    });
  }
}
