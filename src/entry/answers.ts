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

/** ALB's own statuses have no registered reason. */
const OWN_REASONS: Readonly<Record<number, string>> = { 463: "Too Many Forwarded Addresses" };

/** An error as ALB gives it: a small page that says the status and nothing about the inside. */
export function errorAnswer(status: number, asked: Asked): string {
  const reason = reasonOf(status);
  const page =
    `<html>\r\n<head><title>${status} ${reason}</title></head>\r\n<body>\r\n` +
    `<center><h1>${status} ${reason}</h1></center>\r\n</body>\r\n</html>\r\n`;
  return answer(status, "Content-Type: text/html\r\n", page, asked);
}

/** Source: "Fixed-response actions". */
export function fixedAnswer(action: FixedResponse, asked: Asked): string {
  // Text on its way out has one character per byte.
  const body = Buffer.from(action.body, "utf8").toString("latin1");
  return answer(action.status, `Content-Type: ${action.contentType}\r\n`, body, asked);
}

/**
 * Source: "Redirect actions": a part that is not given stays as it was in the request.
 * @param target in origin-form. @param port of the listener.
 */
export function redirectAnswer(
  action: Redirect,
  host: string,
  port: number,
  target: string,
  asked: Asked,
): string {
  const query = target.indexOf("?");
  const values: Readonly<Record<string, string>> = {
    protocol: "http",
    host: hostName(host),
    port: String(port),
    path: (query === -1 ? target : target.slice(0, query)).replace(/^\//, ""),
    query: query === -1 ? "" : target.slice(query + 1),
  };
  const fill = (part: string): string =>
    part.replace(/#\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
  const protocol = fill(action.protocol).toLowerCase();
  const filledPort = fill(action.port);
  const isDefaultPort = filledPort === "" || filledPort === (protocol === "https" ? "443" : "80");
  const filledQuery = fill(action.query);
  const location =
    `${protocol}://${fill(action.host)}${isDefaultPort ? "" : `:${filledPort}`}` +
    `${fill(action.path)}${filledQuery === "" ? "" : `?${filledQuery}`}`;
  return answer(action.status, `Location: ${location}\r\n`, "", asked);
}

/** The whole message as text, one character per byte. */
function answer(status: number, fields: string, body: string, asked: Asked): string {
  // The name is ALB's own: software that tells the load balancer's errors from a target's looks at it.
  const own = `Server: awselb/2.0\r\nDate: ${httpDate()}\r\n`;
  const hasNoBody = status === 204 || status === 304;
  const length = hasNoBody ? "" : `Content-Length: ${body.length}\r\n`;
  const head = `HTTP/1.1 ${status} ${reasonOf(status)}\r\n${own}${fields}${length}${connectionField(asked)}\r\n`;
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
