import type { IncomingHttpHeaders } from "node:http";

import type { Upstream } from "../../../proxy/src/upstream.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { Caller } from "./caller.ts";
import { unauthenticated } from "./refusals.ts";
import type { TokenVerifier } from "./tokens.ts";

/** `required`: every request says whose it is. `optional`: who says nothing is let through, and the backend decides. */
export const AUTHENTICATION = ["required", "optional"] as const;
export type Authentication = (typeof AUTHENTICATION)[number];

export interface AccessParts {
  readonly authentication: Authentication;
  /** Undefined where no issuer of tokens is configured. */
  readonly tokens: TokenVerifier | undefined;
  /** Undefined where API keys are not taken. */
  readonly keys: ApiKeys | undefined;
}

/** Tokens have two dots; what has none is a key of the backend's. */
const TOKEN = /^[^.]+\.[^.]*\.[^.]*$/;

/** Asks whoever knows whose a credential is; rejects with Problem. */
export type AskWhose = () => Promise<Caller>;

/**
 * Whose request it is, by its headers; undefined where it does not say, and a question where that is not known here yet. A
 * credential that is wrong is refused also where none is needed.
 * @throws Problem
 */
export function authenticate(
  headers: IncomingHttpHeaders,
  upstream: Upstream,
  { authentication, tokens, keys }: AccessParts,
): Caller | undefined | AskWhose {
  const { authorization, "x-api-key": apiKey } = headers;
  if (apiKey !== undefined) {
    if (authorization !== undefined)
      throw unauthenticated("A request has one of Authorization and X-Api-Key, not both.");
    return verifyKey(String(apiKey), upstream, keys);
  }
  if (authorization === undefined) {
    if (authentication === "optional") return undefined;
    throw unauthenticated("This takes an API key or a token.", false);
  }
  const credentials = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
  if (credentials === undefined) throw unauthenticated("Authorization must have the form `Bearer ...`.");
  if (!TOKEN.test(credentials)) return verifyKey(credentials, upstream, keys);
  if (tokens === undefined) throw unauthenticated("No issuer of tokens is known here.");
  return tokens.verify(credentials);
}

function verifyKey(key: string, upstream: Upstream, keys: ApiKeys | undefined): Caller | AskWhose {
  if (keys === undefined) throw unauthenticated("API keys are not taken here.");
  return keys.verify(key, upstream);
}
