import { isoTime } from "../clock.ts";
import type { Origin } from "../forwarded-heads.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { RequestRecord } from "../request-record.ts";
import { classification } from "./classification.ts";

/** "If the string is longer than 8 KB, it is truncated." */
const MAX_USER_AGENT = 8192;

/** What a connection says of itself in each of its lines. */
export interface ConnectionFacts {
  readonly origin: Origin;
  /** As OpenSSL names them; "-" without TLS. */
  readonly cipher: string;
  readonly protocol: string;
  /** The name that the client asked for in its handshake, and the certificate that it got. */
  readonly domain: string;
  readonly certificate: string;
  /** "TID_" and 32 hexadecimal digits. */
  readonly trace: string;
  readonly http2: boolean;
  readonly port: number;
}

/**
 * One line of ALB's access log, with its LF, one character per byte. Fields that a client fills are escaped:
 * no request can end a field or a line.
 * Source: "Access logs for your Application Load Balancer", Syntax. The fields that ALB has added behind
 * conn_trace_id (transforms of host and URI) are about features that this load balancer does not have.
 * @param request undefined when its head was not understood. @param sent bytes, of this request's answer.
 */
export function accessLogLine(
  name: string,
  facts: ConnectionFacts,
  record: RequestRecord,
  request: RequestHead | undefined,
  sent: number,
): string {
  const { origin } = facts;
  const { target, targetStatus } = record;
  const upgraded = targetStatus === 101;
  const type = upgraded
    ? origin.secure
      ? "wss"
      : "ws"
    : facts.http2
      ? "h2"
      : origin.secure
        ? "https"
        : "http";
  const wasSent = record.sentAt === record.sentAt && record.answeredAt === record.answeredAt;
  const times = wasSent
    ? `${seconds(record.sentAt - record.receivedAt)} ${seconds(record.answeredAt - record.sentAt)} 0.000`
    : "-1 -1 -1";
  return (
    `${type} ${isoTime(performance.now())} ${name} ${origin.address}:${origin.port} ${target} ${times} ` +
    `${record.status === 0 ? "-" : record.status} ${targetStatus === 0 ? "-" : targetStatus} ` +
    `${record.received} ${sent} "${requestLine(facts, request)}" "${userAgent(request)}" ` +
    `${facts.cipher} ${facts.protocol} ${record.group} "${escaped(record.trace)}" "${facts.domain}" ` +
    `"${facts.certificate}" ${record.priority === -1 ? "-" : record.priority} ${isoTime(record.receivedAt)} ` +
    `"${record.action}" "${escaped(record.redirect)}" "-" "${target}" ` +
    `"${targetStatus === 0 ? "-" : targetStatus}" ${classification(record.refused)} ${facts.trace}\n`
  );
}

/** "HTTP method + protocol://host:port/uri + HTTP version". */
function requestLine({ origin, port, http2 }: ConnectionFacts, request: RequestHead | undefined): string {
  const protocol = origin.secure ? "https" : "http";
  if (request === undefined) return `- ${protocol}://${origin.ownHost}- -`;
  const { host, target, method } = request;
  // An IPv6 address has colons of its own.
  const name = host === "" ? origin.ownHost : host;
  const hasPort = name.lastIndexOf(":") > name.lastIndexOf("]");
  const version = http2 ? "HTTP/2.0" : request.old ? "HTTP/1.0" : "HTTP/1.1";
  return `${method} ${protocol}://${name}${hasPort ? "" : `:${port}`}${escaped(target)} ${version}`;
}

function userAgent(request: RequestHead | undefined): string {
  const agent = request === undefined ? "" : request.userAgent();
  return agent === "" ? "-" : escaped(agent.length > MAX_USER_AGENT ? agent.slice(0, MAX_USER_AGENT) : agent);
}

/** Quotes, backslashes and whatever is not printable ASCII become \xHH. */
export function escaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what must not get into the log
  if (!/[\x00-\x1f"\\\x7f-\uffff]/.test(text)) return text;
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex
    /[\x00-\x1f"\\\x7f-\uffff]/g,
    (character) => `\\x${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, "0")}`,
  );
}

function seconds(milliseconds: number): string {
  if (milliseconds < 0.5) return "0.000";
  const whole = Math.round(milliseconds);
  return whole < 1000 ? `0.${String(1000 + whole).slice(1)}` : (whole / 1000).toFixed(3);
}
