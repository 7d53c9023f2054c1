import { isoTime, THREE_DIGITS } from "../clock.ts";
import type { ConnectionFacts } from "../connection-facts.ts";
import type { RequestHead } from "../http/request-head.ts";
import type { RequestRecord } from "../request-record.ts";
import { classification } from "./classification.ts";

/** "If the string is longer than 8 KB, it is truncated." */
const MAX_USER_AGENT = 8192;

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
  const { target } = record;
  const { cipher, protocol, domain, certificate } = facts.handshake;
  const status = statusText(record.status);
  const targetStatus = statusText(record.targetStatus);
  const wasSent = record.sentAt === record.sentAt && record.answeredAt === record.answeredAt;
  const times = wasSent
    ? `${seconds(record.sentAt - record.receivedAt)} ${seconds(record.answeredAt - record.sentAt)} 0.000`
    : "-1 -1 -1";
  return (
    `${typeOf(facts, record)} ${isoTime(performance.now())} ${name} ${facts.client} ${target} ${times} ` +
    `${status} ${targetStatus} ${record.received} ${sent} "${requestLine(facts, request)}" "${userAgent(request)}" ` +
    `${cipher} ${protocol} ${record.group} "${escaped(record.trace)}" "${domain}" "${certificate}" ` +
    `${record.priority === -1 ? "-" : record.priority} ${isoTime(record.receivedAt)} "${record.action}" ` +
    `"${escaped(record.redirect)}" "-" "${target}" "${targetStatus}" ${classification(record.refused)} ${facts.trace}\n`
  );
}

function typeOf({ origin, handshake }: ConnectionFacts, { targetStatus }: RequestRecord): string {
  if (targetStatus === 101) return origin.secure ? "wss" : "ws";
  if (handshake.http2) return "h2";
  return origin.secure ? "https" : "http";
}

function statusText(status: number): string {
  return status === 0 ? "-" : THREE_DIGITS[status]!;
}

/** "HTTP method + protocol://host:port/uri + HTTP version". */
function requestLine({ origin, port, handshake }: ConnectionFacts, request: RequestHead | undefined): string {
  const protocol = origin.secure ? "https" : "http";
  if (request === undefined) return `- ${protocol}://${origin.ownHost}- -`;
  const { host, target, method } = request;
  // An IPv6 address has colons of its own.
  const name = host === "" ? origin.ownHost : host;
  const hasPort = name.lastIndexOf(":") > name.lastIndexOf("]");
  const version = handshake.http2 ? "HTTP/2.0" : request.old ? "HTTP/1.0" : "HTTP/1.1";
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
  return whole < 1000 ? `0.${THREE_DIGITS[whole]}` : (whole / 1000).toFixed(3);
}
