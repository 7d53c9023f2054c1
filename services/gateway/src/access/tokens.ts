import { readFileSync } from "node:fs";

import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { LRUCache } from "lru-cache";

import { Problem } from "../../../proxy/src/problems.ts";
import type { AskWhose } from "./authenticate.ts";
import { type Caller, digest } from "./caller.ts";
import { unauthenticated } from "./refusals.ts";

export interface TokenSettings {
  /** Where the issuer's public keys are. */
  readonly source: { readonly url: string } | { readonly file: string };
  readonly issuer: string;
  readonly audience: string;
  /** Milliseconds that clocks may differ. */
  readonly tolerance: number;
}

export interface TokenVerifier {
  /** Whose token it is, or how to find out where it is new here. @throws Problem */
  verify(token: string): Caller | AskWhose;
}

interface Verified {
  readonly caller: Caller;
  readonly until: number;
}

const LONGEST = 8192;
const REMEMBERED = 10_000;
/** Milliseconds: a key that its issuer has withdrawn counts no longer than this. */
const TRUST = 60_000;
const TIMEOUT = 3000;
const COOL_DOWN = 5000;
const RENEW = 300_000;

/** Signed JSON Web Tokens (RFC 7519, RFC 8725): Ed25519 only, by the keys of one issuer, for one audience. */
export function createTokenVerifier(settings: TokenSettings, now: () => number = Date.now): TokenVerifier {
  const { issuer, audience, tolerance } = settings;
  const keys = keysOf(settings.source, now);
  const verified = new LRUCache<string, Verified>({ max: REMEMBERED });

  async function check(token: string, key: string): Promise<Caller> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: ["EdDSA", "Ed25519"],
        issuer,
        audience,
        clockTolerance: tolerance / 1000,
        currentDate: new Date(now()),
        requiredClaims: ["exp", "sub"],
      });
      const caller = callerOf(payload);
      const expires = (payload.exp as number) * 1000 + tolerance;
      verified.set(key, { caller, until: Math.min(expires, now() + TRUST) });
      return caller;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  return {
    verify(token) {
      if (token.length > LONGEST) throw unauthenticated("The token is longer than one may be.");
      const key = digest(token);
      const known = verified.get(key);
      return known !== undefined && now() < known.until ? known.caller : () => check(token, key);
    },
  };
}

/** While an issuer cannot be reached the keys that were read last go on, and nobody waits for the next ones. */
function keysOf(source: TokenSettings["source"], now: () => number): JWTVerifyGetKey {
  if ("file" in source)
    return createLocalJWKSet(JSON.parse(readFileSync(source.file, "utf8")) as JSONWebKeySet);
  const keys = createRemoteJWKSet(new URL(source.url), {
    timeoutDuration: TIMEOUT,
    cooldownDuration: COOL_DOWN,
    // They are renewed here: what is too old would be refused while there is nothing newer.
    cacheMaxAge: Infinity,
  });
  let renewAt = now() + RENEW;
  const renew = async () => {
    renewAt = now() + RENEW;
    await keys.reload().catch(() => void (renewAt = now() + COOL_DOWN));
  };
  return (header, token) => {
    if (now() >= renewAt) void renew();
    return keys(header, token);
  };
}

function callerOf({ iss = "", sub = "" }: JWTPayload): Caller {
  if (!/^[!-~]{1,200}$/.test(sub)) throw unauthenticated("The token has no subject that can act.");
  return { id: digest("token", iss, sub), by: "token" };
}

/** What is wrong with a token, as far as its sender may know. */
function refusalOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated("The token has expired.");
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The token's claim ${error.claim} is not the one that is needed here.`);
  if (error instanceof errors.JWKSNoMatchingKey)
    return unauthenticated("The token was signed with a key that is not known here.");
  const isAboutToken = error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout);
  if (isAboutToken && error.code !== "ERR_JOSE_GENERIC")
    return unauthenticated("The token is not one, or was not signed as it must be here.");
  return new Problem("access_unavailable");
}
