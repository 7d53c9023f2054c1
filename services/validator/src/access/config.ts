import { AUTHENTICATION, type Authentication } from "./access.ts";

/** Who issues tokens, and where the keys are by which they are verified. */
export interface TokenConfig {
  source: { readonly url: string } | { readonly file: string };
  issuer: string;
  audience: string;
  rolesClaim: string;
  /** Milliseconds that clocks may differ. */
  tolerance: number;
}

export interface AccessConfig {
  authentication: Authentication;
  /** Undefined where tokens are not taken. */
  tokens: TokenConfig | undefined;
}

/** Reads who may do what from the environment; adds what is wrong to `problems`. An empty variable counts as absent. */
export function readAccessConfig(env: Record<string, string | undefined>, problems: string[]): AccessConfig {
  const tokens = readTokenConfig(env, problems);
  // Whoever has an issuer of tokens has no caller without one.
  const given = env["AUTHENTICATION"] || (tokens === undefined ? "administration" : "required");
  const authentication = AUTHENTICATION.find((name) => name === given);
  if (authentication === undefined)
    problems.push(`AUTHENTICATION must be one of ${AUTHENTICATION.join(", ")}`);
  return { authentication: authentication ?? "required", tokens };
}

function readTokenConfig(
  env: Record<string, string | undefined>,
  problems: string[],
): TokenConfig | undefined {
  const { JWKS_URL: url, JWKS_FILE: file, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = env;
  if (!url && !file) {
    if (issuer || audience) problems.push("JWT_ISSUER and JWT_AUDIENCE take JWKS_URL or JWKS_FILE");
    return undefined;
  }
  if (url && file) problems.push("JWKS_URL and JWKS_FILE cannot both be given");
  if (url && !isTrustworthy(url))
    problems.push("JWKS_URL must be an https:// address, or an address of this machine");
  if (!issuer || !audience) problems.push("JWKS_URL and JWKS_FILE take JWT_ISSUER and JWT_AUDIENCE");
  const tolerance = env["JWT_CLOCK_TOLERANCE_MS"] || "30000";
  if (!/^\d{1,6}$/.test(tolerance) || Number(tolerance) > 300_000) {
    problems.push("JWT_CLOCK_TOLERANCE_MS must be a whole number from 0 to 300000");
  }
  return {
    source: url ? { url } : { file: file as string },
    issuer: issuer ?? "",
    audience: audience ?? "",
    rolesClaim: env["JWT_ROLES_CLAIM"] || "roles",
    tolerance: Number(tolerance),
  };
}

/** Whoever could change the keys on their way could make tokens. */
function isTrustworthy(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isHere);
}
