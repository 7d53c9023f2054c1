import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/**
 * Fields of one connection alone (RFC 9110, section 7.6.1), and those that this hop answers for itself: `expect`, and the
 * framing of bodies, which is written anew.
 */
const OF_ONE_HOP = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Names that a Connection field must not take away from a message: the next hop decides by them. */
const KEPT = new Set([
  "authorization",
  "content-length",
  "content-type",
  "cookie",
  "host",
  "idempotency-key",
  "x-amzn-trace-id",
  "x-api-key",
  "x-forwarded-for",
  "x-forwarded-port",
  "x-forwarded-proto",
]);

/** The fields that a message's Connection field names. */
function named(connection: unknown): ReadonlySet<string> {
  if (typeof connection !== "string" || connection === "keep-alive" || connection === "close") return NONE;
  return new Set(connection.toLowerCase().split(/\s*,\s*/));
}
const NONE: ReadonlySet<string> = new Set();

/** The fields of a message that go on to the next hop. */
export function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const dropped = named(headers.connection);
  const kept: OutgoingHttpHeaders = {};
  for (const name in headers) {
    if (OF_ONE_HOP.has(name) || (dropped.has(name) && !KEPT.has(name))) continue;
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

/** Where a request came from, as far as those who brought it are trusted. */
export interface Origin {
  /** Of the hop before. */
  readonly remote: string;
  /** Of the client. */
  readonly client: string;
  /** Whether what the hop before says is believed. */
  readonly isTrusted: boolean;
}

/**
 * Says where a request came from (RFC 7239, and the fields that went before it). What a client that is not trusted says
 * about that is left out.
 */
export function addForwarded(headers: OutgoingHttpHeaders, { remote, client, isTrusted }: Origin): void {
  const before = isTrusted ? headers["x-forwarded-for"] : undefined;
  const protocol = (isTrusted && single(headers["x-forwarded-proto"])) || "http";
  const host = single(headers["host"]);
  headers["x-forwarded-for"] = before === undefined ? remote : `${String(before)}, ${remote}`;
  headers["x-forwarded-proto"] = protocol;
  if (!isTrusted) delete headers["x-forwarded-port"];
  if (!isTrusted || headers["x-forwarded-host"] === undefined) {
    if (host === undefined) delete headers["x-forwarded-host"];
    else headers["x-forwarded-host"] = host;
  }
  headers["forwarded"] = `for=${node(client)};proto=${protocol}`;
}

function single(value: OutgoingHttpHeaders[string]): string | undefined {
  return typeof value === "string" && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(value) ? value : undefined;
}

/** An address as RFC 7239, section 6, writes it. */
function node(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
