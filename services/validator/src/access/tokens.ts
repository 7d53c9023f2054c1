import { hash } from "node:crypto";

import { errors, jwtVerify, type JWTPayload, type ProtectedHeaderParameters } from "jose";

import { type KeySet, KeySetUnavailable } from "./key-set.ts";
import { isReserved, type Principal, Refused } from "./principal.ts";
import { expandRoles } from "./roles.ts";

export interface TokenOptions {
  keys: KeySet;
  issuer: string;
  audience: string;
  /** Name of the claim that holds the roles: an array of names, or names with spaces between. */
  rolesClaim: string;
  /** Name of the claim that says which session of ours a token is of. */
  sessionClaim?: string;
  /** Milliseconds that clocks may differ. */
  tolerance: number;
  now: () => number;
}

export interface TokenVerifier {
  /** Whose token it is; a promise only for a token that is new here. Throws, or rejects with, Refused. */
  verify(token: string): Principal | Promise<Principal>;
}

interface Verified {
  readonly principal: Principal;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly generation: number;
}

const LONGEST = 8192;
const REMEMBERED = 10_000;
/** Where a token brings its own key, or says where to get one, the set of keys would prove nothing. */
const FOREIGN_KEYS = ["jku", "jwk", "x5u", "x5c"] as const;
const SUBJECT = /^[!-~]{1,200}$/;

/** Signed JSON Web Tokens (RFC 7519, RFC 8725): Ed25519 only, by the keys of one issuer, for one audience. */
export function createTokenVerifier(options: TokenOptions): TokenVerifier {
  const { keys, issuer, audience, rolesClaim, sessionClaim, tolerance, now } = options;
  // By the hash, so that memory holds no token that could be used.
  const verified = new Map<string, Verified>();

  async function check(token: string, key: string): Promise<Principal> {
    const { generation } = keys;
    const { payload } = await jwtVerify(token, (header) => keyOf(header), {
      algorithms: ["EdDSA", "Ed25519"],
      issuer,
      audience,
      clockTolerance: tolerance / 1000,
      currentDate: new Date(now()),
      requiredClaims: ["exp", "sub"],
    });
    const principal = read(payload);
    if (verified.size >= REMEMBERED) verified.delete(verified.keys().next().value as string);
    const until = (payload.exp as number) * 1000 + tolerance;
    verified.set(key, { principal, until, generation: Math.max(generation, keys.generation) });
    return principal;
  }

  function keyOf(header: ProtectedHeaderParameters) {
    const foreign = FOREIGN_KEYS.find((name) => name in header);
    if (foreign !== undefined) throw new Refused(`has a token that brings a key of its own (${foreign})`);
    const { typ } = header as { typ?: unknown };
    if (typ !== undefined && !/^(application\/)?(at\+)?jwt$/i.test(String(typ))) {
      throw new Refused("has a token that is for something else (typ)");
    }
    return keys.keyOf(header);
  }

  function read(payload: JWTPayload): Principal {
    const { sub = "" } = payload;
    if (!SUBJECT.test(sub) || isReserved(sub))
      throw new Refused("has a token without a subject that can act");
    const claim = payload[rolesClaim];
    const names = typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : [];
    const session = sessionClaim === undefined ? undefined : payload[sessionClaim];
    return {
      actor: sub,
      roles: expandRoles(names),
      by: "token",
      ...(typeof session === "string" && { session }),
    };
  }

  return {
    verify(token) {
      if (token.length > LONGEST) throw new Refused(`has a token of more than ${LONGEST} characters`);
      keys.renew();
      const key = hash("sha256", token, "base64url");
      const before = verified.get(key);
      if (before !== undefined && now() < before.until && before.generation === keys.generation) {
        return before.principal;
      }
      verified.delete(key);
      return check(token, key).catch((error: unknown) => {
        throw error instanceof Refused || error instanceof KeySetUnavailable
          ? error
          : new Refused(explain(error));
      });
    },
  };
}

/** What is wrong with a token, as far as its sender may know. */
function explain(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "has a token that has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `has a token whose claim ${error.claim} is not the one that is needed here`;
  }
  if (error instanceof errors.JWKSNoMatchingKey)
    return "has a token that was signed with a key that is not known here";
  return "has a token that is not one, or was not signed as this service wants it";
}
