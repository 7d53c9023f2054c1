import { isIPv6 } from "node:net";

import type { Request, RequestHandler } from "express";
import { ipKeyGenerator } from "express-rate-limit";

import { hasOneHost } from "../../../proxy/src/hosts.ts";
import type { Metrics } from "../../../proxy/src/metrics.ts";
import { Problem } from "../../../proxy/src/problems.ts";
import { requestIdOf } from "../../../proxy/src/request-ids.ts";
import { isPlainTarget, LONGEST_TARGET } from "../../../proxy/src/targets.ts";
import type { Config } from "../config.ts";
import { begin, type Context } from "../context.ts";
import type { Tracing } from "../observability/tracing.ts";

interface Options {
  readonly config: Pick<Config, "mostInFlight">;
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
  readonly state: { readonly draining: boolean };
}

/** Finds out where a request came from, gives it its id, and counts and times it to its end. */
export function beginRequests({ config, metrics, tracing, state }: Options): RequestHandler {
  let inFlight = 0;
  return (request, response, next) => {
    const began = performance.now();
    const { remote, isTrusted } = remoteOf(request);
    // One household has many addresses of IPv6, and is one client.
    const address = request.ip ?? remote;
    const client = isIPv6(address) ? ipKeyGenerator(address) : address;
    const id = requestIdOf(request.headers, isTrusted);
    const span = tracing?.request(`${request.method}`, request.headers);
    let counts = true;
    const release = () => {
      if (counts) inFlight--;
      counts = false;
    };
    const context: Context = begin(request, { id, origin: { remote, client, isTrusted }, span, release });
    inFlight++;
    response.setHeader("x-request-id", id);
    if (state.draining) response.setHeader("connection", "close");
    response.once("close", () => {
      release();
      const status = response.headersSent ? response.statusCode : 0;
      const { path = "none", exchange = "call" } = context.route ?? {};
      metrics.request(path, exchange, status, performance.now() - began);
      span?.end(status);
    });
    if (inFlight > config.mostInFlight) throw new Problem("overloaded");
    if (!hasOneHost(request))
      throw new Problem("malformed_request", { detail: "A request says by one Host whom it is for." });
    if (request.originalUrl.length > LONGEST_TARGET) throw new Problem("uri_too_long");
    if (!isPlainTarget(request.originalUrl))
      throw new Problem("malformed_request", {
        detail: "The path must be as it looks: without dot segments, encoded slashes and backslashes.",
      });
    next();
  };
}

function remoteOf({ app, socket }: Request): { remote: string; isTrusted: boolean } {
  const remote = (socket.remoteAddress ?? "unknown").replace(/^::ffff:/, "");
  const trust = app.get("trust proxy fn") as (address: string, hop: number) => boolean;
  return { remote, isTrusted: trust(remote, 0) };
}
