import type { Environment } from "../../../proxy/src/environment.ts";
import { AUTHENTICATION, type Authentication } from "./authenticate.ts";
import type { TokenSettings } from "./tokens.ts";

export interface AccessConfig {
  readonly authentication: Authentication;
  /** Undefined where tokens are not taken. */
  readonly tokens: TokenSettings | undefined;
  /** Where backends say whose an API key is; undefined where keys are not taken. */
  readonly keysPath: string | undefined;
}

export function readAccessConfig(env: Environment): AccessConfig {
  const tokens = readTokens(env);
  // Whoever has an issuer of tokens has no caller without one.
  const authentication = env.choice("AUTHENTICATION", AUTHENTICATION, tokens ? "required" : "optional");
  const keysPath = env.text("KEYS_PATH", "/v1/whoami");
  if (keysPath !== "none" && !/^\/[!-~]*$/.test(keysPath)) env.refuse("KEYS_PATH must be a path, or none");
  return { authentication, tokens, keysPath: keysPath === "none" ? undefined : keysPath };
}

function readTokens(env: Environment): TokenSettings | undefined {
  const [url, file] = [env.find("JWKS_URL"), env.find("JWKS_FILE")];
  const [issuer, audience] = [env.find("JWT_ISSUER"), env.find("JWT_AUDIENCE")];
  const tolerance = env.whole("JWT_CLOCK_TOLERANCE_MS", 30_000, 0, 300_000);
  if (!url && !file) {
    if (issuer || audience) env.refuse("JWT_ISSUER and JWT_AUDIENCE take JWKS_URL or JWKS_FILE");
    return undefined;
  }
  if (url && file) env.refuse("JWKS_URL and JWKS_FILE cannot both be given");
  if (url && !isTrustworthy(url))
    env.refuse("JWKS_URL must be an https:// address, or an address of this machine");
  if (!issuer || !audience) env.refuse("JWKS_URL and JWKS_FILE take JWT_ISSUER and JWT_AUDIENCE");
  const source = url ? { url } : { file: file as string };
  return { source, issuer: issuer ?? "", audience: audience ?? "", tolerance };
}

/** Whoever could change the keys on their way could make tokens. */
function isTrustworthy(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isHere);
}
