import { type Asked, connectionField } from "./answers.ts";
import { httpDate, traceId } from "./clock.ts";
import type { Framing } from "./http/body.ts";
import type { RequestHead } from "./http/request-head.ts";
import type { ResponseHead } from "./http/response-head.ts";

/** Where a request came from, prepared once for each client connection. */
export interface Origin {
  /** The address of the client. */
  readonly address: string;
  /** What follows the addresses in X-Forwarded-For: the other fields that are the same for every request. */
  readonly fields: string;
  readonly port: number;
  readonly secure: boolean;
  /** The load balancer's own name for itself, for requests that do not say whom they mean. */
  readonly ownHost: string;
}

export function originOf(
  client: { address: string; port: number },
  listener: { host: string; port: number },
  secure: boolean,
): Origin {
  const protocol = secure ? "https" : "http";
  return {
    ...client,
    secure,
    fields: `\r\nX-Forwarded-Proto: ${protocol}\r\nX-Forwarded-Port: ${listener.port}\r\nX-Amzn-Trace-Id: `,
    ownHost: listener.port === (secure ? 443 : 80) ? listener.host : `${listener.host}:${listener.port}`,
  };
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
 */
export function traceFor(value: string): string {
  if (value === "") return `Root=${traceId()}`;
  const others = value.split(";").filter((part) => part !== "" && !part.trim().startsWith("Self="));
  const hasRoot = others.some((part) => part.trim().startsWith("Root="));
  return hasRoot ? `Self=${traceId()};${others.join(";")}` : `Root=${traceId()};${others.join(";")}`;
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
