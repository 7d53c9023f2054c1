import type { IncomingMessage, ServerResponse } from "node:http";

import { sendProblem } from "../../proxy/src/problems.ts";
import type { SiteFile } from "./files.ts";

/** On every file: what a page may load and who may frame it, and that nothing guesses at types. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:; object-src 'none'; style-src 'self' 'unsafe-inline'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Where the load balancer has the request by TLS; browsers heed it nowhere else (RFC 6797, section 8.1). */
const STRICT_TRANSPORT = { "strict-transport-security": "max-age=31536000; includeSubDomains" };

const INDEX = "/index.html";

/** Answers with a file, or with the first page where an application of one page has a place of its own. */
export function serveFile(
  site: ReadonlyMap<string, SiteFile>,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): void {
  const { method, url = "/" } = request;
  if (method !== "GET" && method !== "HEAD")
    return sendProblem(response, "method_not_allowed", requestId, { headers: { allow: "GET, HEAD" } });
  const [path = "/"] = url.split("?", 1);
  const file = site.get(path) ?? (isPlace(path, request) ? site.get(INDEX) : undefined);
  if (file === undefined) return sendProblem(response, "not_found", requestId);

  const encoding = encodingFor(file, request.headers["accept-encoding"]);
  // Of another encoding it is another text (RFC 9110, section 8.8.3.3).
  const etag = encoding === "identity" ? file.etag : `${file.etag.slice(0, -1)}-${encoding}"`;
  const headers = {
    ...SECURITY_HEADERS,
    ...(request.headers["x-forwarded-proto"] === "https" ? STRICT_TRANSPORT : {}),
    "cache-control": file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
    etag,
  };
  if (isKnown(request.headers["if-none-match"], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const body = file.bodies[encoding] as Buffer;
  response.writeHead(200, {
    ...headers,
    "content-type": file.type,
    "content-length": body.length,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  });
  response.end(method === "HEAD" ? undefined : body);
}

/** A place within the application: it has no extension, and a page is asked for. */
function isPlace(path: string, { headers }: IncomingMessage): boolean {
  if (path === "/") return true;
  return !/\.[a-z0-9]+$/i.test(path) && (headers.accept ?? "").includes("text/html");
}

function encodingFor({ bodies }: SiteFile, accepted: IncomingMessage["headers"]["accept-encoding"]) {
  const taken = (name: string) =>
    String(accepted ?? "")
      .split(",")
      .some((part) => new RegExp(`^\\s*${name}\\s*(;(?!\\s*q=0(\\.0+)?\\s*$).*)?$`, "i").test(part));
  if (bodies.br && taken("br")) return "br";
  return bodies.gzip && taken("gzip") ? "gzip" : "identity";
}

function isKnown(known: string | undefined, etag: string): boolean {
  if (known === undefined) return false;
  return known === "*" || known.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}
