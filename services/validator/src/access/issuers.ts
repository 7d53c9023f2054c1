import { decodeJwt } from "jose";

import type { OwnTokens } from "./open.ts";
import { Refused } from "./principal.ts";
import type { TokenVerifier } from "./tokens.ts";

/** Our own tokens and those of another issuer, if there is one, each by its own keys and by no others. */
export function byIssuer({ issuer, verifier }: OwnTokens, other: TokenVerifier | undefined): TokenVerifier {
  return {
    verify(token) {
      // What it says of itself only chooses who verifies it; they look at the issuer again.
      if (issuerOf(token) === issuer) return verifier.verify(token);
      if (other === undefined)
        throw new Refused("has a token, and this service is told of no other issuer than itself");
      return other.verify(token);
    },
  };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
