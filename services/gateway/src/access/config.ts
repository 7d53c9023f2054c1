import type { Environment } from "../../../proxy/src/environment.ts";
import { urlVariable } from "../routing/routes.ts";
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

/** Where a service that signs tokens publishes the keys that they are verified by (RFC 8615, RFC 7517). */
const WELL_KNOWN = "/.well-known/jwks.json";

function readTokens(env: Environment): TokenSettings | undefined {
  const [given, file, service] = [env.find("JWKS_URL"), env.find("JWKS_FILE"), env.find("JWKS_SERVICE")];
  const issued = service === undefined ? undefined : urlOfService(env, service);
  const url = given ?? issued;
  const [issuer, audience] = [env.find("JWT_ISSUER"), env.find("JWT_AUDIENCE")];
  const tolerance = env.whole("JWT_CLOCK_TOLERANCE_MS", 30_000, 0, 300_000);
  const sources = [given, file, service].filter((source) => source !== undefined);
  if (sources.length === 0) {
    if (issuer || audience)
      env.refuse("JWT_ISSUER and JWT_AUDIENCE take JWKS_URL, JWKS_FILE or JWKS_SERVICE");
    return undefined;
  }
  if (sources.length > 1) env.refuse("of JWKS_URL, JWKS_FILE and JWKS_SERVICE one can be given");
  // A service that is forwarded to looks at tokens itself: whoever could change its keys on their way opens nothing.
  if (given && !isTrustworthy(given))
    env.refuse("JWKS_URL must be an https:// address, or an address of this machine");
  if (!issuer || !audience)
    env.refuse("JWKS_URL, JWKS_FILE and JWKS_SERVICE take JWT_ISSUER and JWT_AUDIENCE");
  const source = file === undefined ? { url: url ?? "" } : { file };
  return { source, issuer: issuer ?? "", audience: audience ?? "", tolerance };
}

function urlOfService(env: Environment, service: string): string {
  const base = env.neededUrl(urlVariable(service), ["http:", "https:"]);
  return base === "" ? "" : new URL(WELL_KNOWN, base).href;
}

/** Whoever could change the keys on their way could make tokens. */
function isTrustworthy(address: string): boolean {
  const url = URL.parse(address);
  if (url === null) return false;
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isHere);
}
