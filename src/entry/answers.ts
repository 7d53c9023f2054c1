import { STATUS_CODES } from "node:http";
import { httpDate } from "./clock.ts";
import type { FixedResponse, Redirect } from "./configuration.ts";
import { hostName } from "./routing.ts";

/** What an answer must know of the request; `keepAlive` is whether the connection stays open after it. */
export interface Asked {
  readonly method: string;
  readonly old: boolean;
  readonly keepAlive: boolean;
}

/** What the load balancer says by itself; text has one character per byte, fields end in CRLF each. */
export interface Answer {
  readonly status: number;
  readonly fields: string;
  readonly body: string;
}

/** ALB's own statuses have no registered reason. */
const OWN_REASONS: Readonly<Record<number, string>> = { 463: "Too Many Forwarded Addresses" };

/** An error as ALB gives it: a small page that says the status and nothing about the inside. */
export function errorAnswer(status: number): Answer {
  const reason = reasonOf(status);
  const body =
    `<html>\r\n<head><title>${status} ${reason}</title></head>\r\n<body>\r\n` +
    `<center><h1>${status} ${reason}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return { status, fields: "Content-Type: text/html\r\n", body };
}

/** Source: "Fixed-response actions". */
export function fixedAnswer(action: FixedResponse): Answer {
  const body = Buffer.from(action.body, "utf8").toString("latin1");
  return { status: action.status, fields: `Content-Type: ${action.contentType}\r\n`, body };
}

/**
 * Source: "Redirect actions": a part that is not given stays as it was in the request.
 * @param from the listener's protocol and port, and the host that was asked for.
 * @param target in origin-form.
 */
export function redirectLocation(
  action: Redirect,
  from: { protocol: string; host: string; port: number },
  target: string,
): string {
  const query = target.indexOf("?");
  const values: Readonly<Record<string, string>> = {
    protocol: from.protocol,
    host: hostName(from.host),
    port: String(from.port),
    path: (query === -1 ? target : target.slice(0, query)).replace(/^\//, ""),
    query: query === -1 ? "" : target.slice(query + 1),
  };
  const fill = (part: string): string =>
    part.replace(/#\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
  const protocol = fill(action.protocol).toLowerCase();
  const filledPort = fill(action.port);
  const isDefaultPort = filledPort === "" || filledPort === (protocol === "https" ? "443" : "80");
  const filledQuery = fill(action.query);
  return (
    `${protocol}://${fill(action.host)}${isDefaultPort ? "" : `:${filledPort}`}` +
    `${fill(action.path)}${filledQuery === "" ? "" : `?${filledQuery}`}`
  );
}

/** The name is ALB's own: software that tells the load balancer's errors from a target's looks at it. */
export function ownFields(): string {
  return `Server: awselb/2.0\r\nDate: ${httpDate()}\r\n`;
}

/** The whole message in HTTP/1.1. */
export function answerText({ status, fields, body }: Answer, asked: Asked): string {
  const hasNoBody = status === 204 || status === 304;
  const length = hasNoBody ? "" : `Content-Length: ${body.length}\r\n`;
  const head = `HTTP/1.1 ${status} ${reasonOf(status)}\r\n${ownFields()}${fields}${length}${connectionField(asked)}\r\n`;
  return asked.method === "HEAD" || hasNoBody ? head : head + body;
}

function reasonOf(status: number): string {
  return OWN_REASONS[status] ?? STATUS_CODES[status] ?? "Unknown";
}

/** Only what differs from the default of the client's version is said. */
export function connectionField(asked: Asked): string {
  if (!asked.keepAlive) return "Connection: close\r\n";
  return asked.old ? "Connection: keep-alive\r\n" : "";
}
