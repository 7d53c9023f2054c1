import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const FORM = /^[A-Za-z0-9._:=-]{8,128}$/;
const ROOT = /(?:^|;\s*)Root=(1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24})(?:;|$)/;

/** What a request is called in the logs of every tier: by a hop that is trusted, by the load balancer, or by us. */
export function requestIdOf(headers: IncomingHttpHeaders, isTrusted: boolean): string {
  const { "x-request-id": given, "x-amzn-trace-id": amazon } = headers;
  if (isTrusted && typeof given === "string" && FORM.test(given)) return given;
  const root = isTrusted && typeof amazon === "string" ? ROOT.exec(amazon)?.[1] : undefined;
  return root ?? randomUUID();
}
