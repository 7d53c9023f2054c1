import { SignJWT } from "jose";

import type { OwnTokens } from "../access/open.ts";
import type { Role } from "../access/roles.ts";
import { createTokenVerifier } from "../access/tokens.ts";
import { rolesOfSession } from "./session-repository.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Of the tokens that this service makes and takes; others verify them by /.well-known/jwks.json. */
export const OWN_ISSUER = "urn:validator:people";
export const OWN_AUDIENCE = "validator";

/** Seconds. What has changed about a person counts once their tokens have ended. */
export const TOKEN_LIFE = 300;

/** Milliseconds that the clocks of replicas may differ. */
const TOLERANCE = 5000;

/** How these tokens are taken: by keys in memory, so nobody else is asked. */
export function ownTokens(keys: SigningKeys, now: () => number): OwnTokens {
  const claims = { issuer: OWN_ISSUER, audience: OWN_AUDIENCE, rolesClaim: "roles", sessionClaim: "sid" };
  return {
    issuer: OWN_ISSUER,
    verifier: createTokenVerifier({ ...claims, keys, tolerance: TOLERANCE, now }),
    rolesNow: (pool, session) => rolesOfSession(pool, session, new Date(now())),
  };
}

export interface TokenClaims {
  readonly person: string;
  readonly roles: readonly Role[];
  readonly session: string;
}

/** A token as RFC 9068 has it, signed with Ed25519. */
export async function makeToken(
  keys: SigningKeys,
  { person, roles, session }: TokenClaims,
  now: number,
): Promise<string> {
  const { kid, key } = await keys.signer();
  const at = Math.floor(now / 1000);
  return new SignJWT({ roles, sid: session })
    .setProtectedHeader({ alg: "EdDSA", kid, typ: "at+jwt" })
    .setIssuer(OWN_ISSUER)
    .setAudience(OWN_AUDIENCE)
    .setSubject(person)
    .setIssuedAt(at)
    .setExpirationTime(at + TOKEN_LIFE)
    .sign(key);
}
