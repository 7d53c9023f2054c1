import type { IncomingHttpHeaders } from "node:http2";
import { MessageRefused } from "../http/refused.ts";

/** RFC 9113 section 8.2.2: these belong to a connection of HTTP/1.1; a request that has one is malformed. */
const OF_CONNECTIONS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const LENGTH = /^[0-9]{1,15}$/;

/**
 * A request of HTTP/2 as it would be in HTTP/1.1, for the parser that all requests go through: whatever a
 * target would see, has been looked at by the same rules. No part may hold what ends a line or a part there
 * (RFC 9113 section 8.2.1), or one request would become two on its way down.
 * @param raw names and values in turn. @param bodyFollows whether the stream goes on behind the head.
 * @throws MessageRefused 400 or 405.
 */
export function requestText(
  headers: IncomingHttpHeaders,
  raw: readonly string[],
  bodyFollows: boolean,
): string {
  const method = headers[":method"] ?? "";
  if (method === "CONNECT") throw new MessageRefused(405, "the method is not supported");
  const path = headers[":path"] ?? "";
  const authority = headers[":authority"];
  const { host } = headers;
  if (authority !== undefined && host !== undefined && authority.toLowerCase() !== host.toLowerCase()) {
    throw new MessageRefused(400, "Host is not the authority");
  }
  for (const part of [method, path, authority ?? host ?? ""]) {
    // oxlint-disable-next-line no-control-regex -- these are what must not get into a line
    if (/[\x00-\x20\x7f]/.test(part))
      throw new MessageRefused(400, "a pseudo-header field has a wrong character");
  }
  if (!path.startsWith("/") && !(path === "*" && method === "OPTIONS")) {
    throw new MessageRefused(400, "the target is in no form that this method has");
  }
  let lines = "";
  const cookies: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!;
    const value = raw[index + 1]!;
    if (name.startsWith(":") || name === "host") continue;
    if (!NAME.test(name)) throw new MessageRefused(400, "a field name has a wrong character");
    // oxlint-disable-next-line no-control-regex
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value))
      throw new MessageRefused(400, "a field value has a control character");
    if (OF_CONNECTIONS.has(name)) throw new MessageRefused(400, "a field of connections in HTTP/2");
    if (name === "te" && value !== "trailers") throw new MessageRefused(400, "TE is not trailers");
    if (name === "content-length" && !LENGTH.test(value))
      throw new MessageRefused(400, "Content-Length is not made of digits");
    // RFC 9113 section 8.2.3: cookies come apart for the compression's sake.
    if (name === "cookie") cookies.push(value);
    else lines += `${name}: ${value}\r\n`;
  }
  if (cookies.length > 0) lines += `cookie: ${cookies.join("; ")}\r\n`;
  if (bodyFollows && headers["content-length"] === undefined) lines += "Transfer-Encoding: chunked\r\n";
  return `${method} ${path} HTTP/1.1\r\nHost: ${authority ?? host ?? ""}\r\n${lines}\r\n`;
}
