import { Problem } from "../../../proxy/src/problems.ts";

/** As RFC 6750, section 3, wants it. */
export function unauthenticated(detail: string, isWrong = true): Problem {
  const challenge = `Bearer realm="gateway"${isWrong ? ', error="invalid_token"' : ""}`;
  return new Problem("unauthenticated", { detail, headers: { "www-authenticate": challenge } });
}
