import { type Asked, connectionField } from "./answers.ts";
import { httpDate, traceId } from "./clock.ts";
import type { Framing } from "./http/body.ts";
import type { RequestHead } from "./http/request-head.ts";
import type { ResponseHead } from "./http/response-head.ts";

/** What is the same for every connection of a listener. */
export interface ListenerFacts {
  readonly port: number;
  readonly secure: boolean;
  /** What follows the addresses in X-Forwarded-For: the other fields that are the same for every request. */
  readonly fields: string;
  /** The load balancer's own name for itself, for requests that do not say whom they mean. */
  readonly ownHost: string;
}

export function listenerFacts(
  { host, port }: { host: string; port: number },
  secure: boolean,
): ListenerFacts {
  const protocol = secure ? "https" : "http";
  return {
    port,
    secure,
    fields: `\r\nX-Forwarded-Proto: ${protocol}\r\nX-Forwarded-Port: ${port}\r\nX-Amzn-Trace-Id: `,
    ownHost: port === (secure ? 443 : 80) ? host : `${host}:${port}`,
  };
}

/** Where a request came from, prepared once for each client connection. */
export interface Origin {
  /** Of the client. */
  readonly address: string;
  readonly port: number;
  readonly secure: boolean;
  readonly fields: string;
  readonly ownHost: string;
}

export function originOf(
  { address, port }: { address: string; port: number },
  { secure, fields, ownHost }: ListenerFacts,
): Origin {
  return { address, port, secure, fields, ownHost };
}

/**
 * The head that a target gets: HTTP/1.1, without hop-by-hop fields, with those that ALB adds.
 * Source: "HTTP headers and Application Load Balancers" (X-Forwarded-For in mode `append`).
 */
export function requestForTarget(
  request: RequestHead,
  origin: Origin,
  trace: string,
  upgrades: boolean,
): string {
  const { fields } = request;
  const before = fields.forwardedFor === "" ? "" : `${fields.forwardedFor}, `;
  let text = `${request.kept(origin.ownHost)}X-Forwarded-For: ${before}${origin.address}${origin.fields}${trace}\r\n`;
  if (fields.chunked) text += "Transfer-Encoding: chunked\r\n";
  if (upgrades) text += `Connection: Upgrade\r\nUpgrade: ${fields.upgrade}\r\n`;
  return `${text}\r\n`;
}

/**
 * WebSocket alone: other protocols, h2c first of all, would carry requests past the rules.
 * An upgrade with a body or from HTTP/1.0 is not one.
 */
export function asksForUpgrade(request: RequestHead): boolean {
  const { fields } = request;
  if (!fields.connectionUpgrade || request.old || fields.chunked || fields.contentLength > 0) return false;
  return fields.upgrade.toLowerCase() === "websocket";
}

/**
 * Keeps the Root of whoever came before, says in Self which load balancer this is, and adds a Root where
 * there is none. Source: "Request tracing for your Application Load Balancer".
 * @param now on the scale of performance.now().
 */
export function traceFor(value: string, now: number): string {
  if (value === "") return `Root=${traceId(now)}`;
  const others = value.split(";").filter((part) => part !== "" && !part.trim().startsWith("Self="));
  const hasRoot = others.some((part) => part.trim().startsWith("Root="));
  return `${hasRoot ? "Self" : "Root"}=${traceId(now)};${others.join(";")}`;
}

/**
 * The head that a client gets for the last response, the interim ones being over.
 * @param added lines of the load balancer's own, with CRLF each.
 */
export function responseForClient(head: ResponseHead, framing: Framing, asked: Asked, added: string): string {
  let text = added === "" ? head.kept() : head.kept() + added;
  // RFC 9110 section 6.6.1: whoever has a clock adds the Date that the origin left out.
  if (!head.fields.hasDate) text += `Date: ${httpDate()}\r\n`;
  if (isRechunked(framing, asked)) text += "Transfer-Encoding: chunked\r\n";
  return `${text}${connectionField(asked)}\r\n`;
}

/** Whether the client gets the body in chunks: HTTP/1.0 knows none, its body ends with the connection. */
export function isRechunked(framing: Framing, asked: { readonly old: boolean }): boolean {
  return !asked.old && (framing === "chunked" || framing === "until-close");
}
