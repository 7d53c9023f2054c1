import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

import { EventStreams } from "../../proxy/src/event-streams.ts";
import type { Exchange } from "../../proxy/src/exchanges.ts";
import { UpstreamFailure } from "../../proxy/src/failures.ts";
import { forward } from "../../proxy/src/forward.ts";
import { hasOneHost } from "../../proxy/src/hosts.ts";
import { createLog } from "../../proxy/src/log.ts";
import { Metrics } from "../../proxy/src/metrics.ts";
import { Problem, sendProblem } from "../../proxy/src/problems.ts";
import { requestIdOf } from "../../proxy/src/request-ids.ts";
import { createStrictServer } from "../../proxy/src/server.ts";
import { isPlainTarget } from "../../proxy/src/targets.ts";
import { originOf } from "../../proxy/src/trust.ts";
import type { App } from "../../proxy/src/start.ts";
import { Upstream } from "../../proxy/src/upstream.ts";
import type { Config } from "./config.ts";
import { readSite } from "./files.ts";
import { serveFile } from "./serve.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The files that people see, and the way to the gateway; without a port. */
export function buildApp(config: Config): App {
  const { zone, replica, forwarded, mostBody } = config;
  const log = createLog(config.logLevel, { zone, replica });
  const metrics = new Metrics();
  const site = readSite(config.files);
  const gateway = new Upstream("gateway", config.gatewayUrl, config.upstream);
  metrics.watch([gateway]);
  const streams = new EventStreams();
  let draining = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "/" } = request;
    const origin = originOf(request);
    const id = requestIdOf(request.headers, origin.isTrusted);
    const began = performance.now();
    const isForwarded = forwarded.some((path) => isBelow(url, path));
    const exchange = exchangeOf(url, config);
    response.setHeader("x-request-id", id);
    if (draining) response.setHeader("connection", "close");
    response.once("close", () => {
      const status = response.headersSent ? response.statusCode : 0;
      metrics.request(isForwarded ? "gateway" : "files", exchange, status, performance.now() - began);
    });
    try {
      if (!hasOneHost(request) || !isPlainTarget(url)) throw new Problem("malformed_request");
      if (!isForwarded) return serveFile(site, request, response, id);
      await forward(request, response, {
        upstream: gateway,
        origin,
        requestId: id,
        exchange,
        mostBody: exchange === "upload" ? config.upload.mostBody : mostBody,
        bodyTimes: config.bodyTimes,
        streams,
        honoursKeys: config.honoursKeys.some((path) => isBelow(url, path)),
      });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500)
        log.warn({ requestId: id, code: problem.code, err: error }, "a request was not served");
      sendProblem(response, problem.code, id, problem.refusal);
    }
  }

  const server = createStrictServer(config.server, (request, response) => {
    if (request.url === "/healthz") return answer(response, 200, { status: "ok", zone, version });
    if (request.url === "/readyz")
      return answer(response, draining ? 503 : 200, { status: draining ? "draining" : "ready", zone });
    void handle(request, response);
  });
  return {
    server,
    log,
    metrics,
    drain() {
      draining = true;
    },
    endStreams: () => streams.end(),
    close: () => gateway.close(),
  };
}

function exchangeOf(url: string, { upload, events }: Config): Exchange {
  if (isBelow(url, upload.path)) return "upload";
  return isBelow(url, events) ? "events" : "call";
}

function isBelow(url: string, path: string): boolean {
  if (path.endsWith("/")) return url.startsWith(path);
  return url === path || url.startsWith(`${path}?`);
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(error instanceof UpstreamFailure ? error.problem : "internal_error");
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
