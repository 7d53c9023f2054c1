import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import { Problem } from "../http/problems.ts";
import { KeysUnavailable, type KeyDirectory } from "./key-directory.ts";
import { KeySetUnavailable } from "./key-set.ts";
import { ACTOR, isReserved, type Principal, Refused } from "./principal.ts";
import { EVERY_ROLE, type Role } from "./roles.ts";
import type { TokenVerifier } from "./tokens.ts";

/**
 * `required`: every request says whose it is. `administration`: transactions are posted and read by anyone. `open`:
 * whoever says to be somebody is believed; for a machine of one's own, never for production.
 */
export const AUTHENTICATION = ["required", "administration", "open"] as const;
export type Authentication = (typeof AUTHENTICATION)[number];

/** Who may use a route: whoever has one of the roles, or anyone. */
export type RouteAccess = readonly [Role, ...Role[]] | "anyone";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    /** Null where anyone may come. */
    principal: Principal | null;
  }
}

/** Who acts. Throws `unauthenticated` where the request does not say it in a way that counts. */
export type ActorOf = (request: FastifyRequest) => string;

export interface Access {
  readonly actorOf: ActorOf;
  /**
   * Whether what a request was let in by still counts for as much, for answers that go on for long. True where nobody can
   * tell just then.
   */
  isStillGood(request: FastifyRequest): Promise<boolean>;
  /** Each route that is added from now on must say in `config.access` who may use it, and nobody else can. */
  guard(server: FastifyInstance): void;
}

export interface AccessParts {
  authentication: Authentication;
  keys: KeyDirectory;
  /** Undefined where no issuer of tokens is configured. */
  tokens: TokenVerifier | undefined;
  /** What the person of a session of ours may do by now, with what that includes; nothing where it has ended. */
  rolesNow?: ((session: string) => Promise<ReadonlySet<Role>>) | undefined;
}

const NOBODY: Principal = { actor: undefined, roles: new Set(), by: "nobody" };
/** Where transactions are open to anyone. */
const PASSER_BY: Principal = { actor: undefined, roles: new Set(["submitter", "viewer"]), by: "nobody" };

/** Addresses below which nothing but transactions is: what is open to anyone where only administration is guarded. */
const TRANSACTIONS = /^\/v1\/transactions(?:\/|$)/;

export function createAccess({ authentication, keys, tokens, rolesNow }: AccessParts): Access {
  /** Whose request it is, by its headers alone. Throws, or rejects with, Refused. */
  function identify({ headers }: FastifyRequest, isOpen: boolean): Principal | Promise<Principal> {
    const { authorization, "x-api-key": apiKey } = headers;
    if (apiKey !== undefined) {
      if (authorization !== undefined)
        throw new Refused("must have one of Authorization and X-Api-Key, not both");
      return keys.verify(String(apiKey));
    }
    if (authorization !== undefined) {
      const credentials = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
      if (credentials === undefined)
        throw new Refused("must have an Authorization header of the form `Bearer ...`");
      if (credentials.startsWith("vk_")) return keys.verify(credentials);
      if (tokens === undefined)
        throw new Refused("has a token, and this service is told of no issuer of tokens");
      return tokens.verify(credentials);
    }
    const { "x-actor": claim } = headers;
    if (authentication === "open" && (claim !== undefined || !isOpen)) return claimed(claim);
    return authentication !== "required" && isOpen ? PASSER_BY : NOBODY;
  }

  /** Answers at once where it can: a hook that waits costs each request a turn. */
  function check(
    request: FastifyRequest,
    _reply: FastifyReply,
    done: (error?: Error) => void,
  ): void | Promise<void> {
    const { config, url = "" } = request.routeOptions;
    const { access = [] } = config;
    if (access === "anyone" || request.is404) return done();
    try {
      const principal = identify(request, TRANSACTIONS.test(url));
      if (principal instanceof Promise) return admitLater(request, access, principal.then(current(request)));
      const { session } = principal;
      if (session !== undefined && changes(request))
        return admitLater(request, access, current(request)(principal));
      admit(request, access, principal);
    } catch (error) {
      return done(refusal(error as Error));
    }
    done();
  }

  /**
   * Whoever changes something by a token of ours may do so by now: a token lives for minutes after its session was ended,
   * its person locked or given other roles, and whoever has it meanwhile must not make themselves another way in.
   */
  function current(request: FastifyRequest): (principal: Principal) => Promise<Principal> {
    return async (principal) => {
      const { session } = principal;
      if (session === undefined || rolesNow === undefined || !changes(request)) return principal;
      const roles = await rolesNow(session);
      if (roles.size === 0) throw new Refused("has a token of a session that has ended");
      return { ...principal, roles };
    };
  }

  return {
    actorOf({ principal }) {
      if (principal?.actor !== undefined) return principal.actor;
      throw unauthenticated(WHO_ACTS);
    },
    async isStillGood(request) {
      try {
        const { roles } = await identify(request, TRANSACTIONS.test(request.routeOptions.url ?? ""));
        return request.principal?.roles.isSubsetOf(roles) ?? false;
      } catch (error) {
        return !(error instanceof Refused);
      }
    },
    guard(server) {
      server.decorateRequest("principal", null);
      server.addHook("onRoute", ({ method, url, config }) => {
        if (config?.access === undefined)
          throw new Error(`${String(method)} ${url} says nothing in config.access`);
      });
      // Before the body is read.
      server.addHook("onRequest", check);
    },
  };
}

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

function changes({ method }: FastifyRequest): boolean {
  return !READING.has(method);
}

function admit(request: FastifyRequest, roles: readonly Role[], principal: Principal): void {
  request.principal = principal;
  if (roles.some((role) => principal.roles.has(role))) return;
  throw principal === NOBODY ? unauthenticated("must say whose it is") : forbidden(roles);
}

async function admitLater(
  request: FastifyRequest,
  roles: readonly Role[],
  found: Promise<Principal>,
): Promise<void> {
  try {
    admit(request, roles, await found);
  } catch (error) {
    throw refusal(error as Error);
  }
}

const WHO_ACTS = "must say who acts in the X-Actor header: 1 to 100 letters, digits and ._@+:-";

/** Whoever the request says. */
function claimed(actor: unknown): Principal {
  if (actor === undefined) throw unauthenticated(WHO_ACTS);
  if (typeof actor !== "string" || !ACTOR.test(actor) || isReserved(actor)) throw new Refused(WHO_ACTS);
  return { actor, roles: EVERY_ROLE, by: "claim" };
}

function refusal(error: Error): Error {
  if (error instanceof Refused) return unauthenticated(error.message, ', error="invalid_token"');
  if (error instanceof KeysUnavailable || error instanceof KeySetUnavailable) {
    return new Problem("access_unavailable");
  }
  return error;
}

// RFC 6750, section 3.
function unauthenticated(message: string, detail = ""): Problem {
  return new Problem("unauthenticated", [{ code: "unauthenticated", message, pointer: "" }], {
    "www-authenticate": `Bearer realm="validator"${detail}`,
  });
}

function forbidden(roles: readonly Role[]): Problem {
  const message = `takes the role ${roles.join(" or ")}`;
  return new Problem("forbidden", [{ code: "forbidden", message, pointer: "" }], {
    "www-authenticate": 'Bearer realm="validator", error="insufficient_scope"',
  });
}
