import type { FastifyInstance } from "fastify";

import { readCallerTrace } from "./trace-context.ts";
import type { RequestTrace, Tracing } from "./tracing.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Null where the request is not recorded. */
    trace: RequestTrace | null;
  }
}

/** Begins and ends the spans of requests, and puts the ids of a trace into the log lines of its requests. */
export function traceRequests(server: FastifyInstance, tracing: Tracing | undefined): void {
  server.decorateRequest("trace", null);

  server.addHook("onRequest", (request, reply, done) => {
    const { headers } = request;
    const { traceparent, "x-amzn-trace-id": amazon } = headers;
    // A load balancer numbers every request, mostly without a span of its own: there is nothing to read for the log.
    const hasParent = traceparent !== undefined || (typeof amazon === "string" && amazon.includes("Parent="));
    const isNumbered = hasParent || (tracing !== undefined && amazon !== undefined);
    if (tracing === undefined && !isNumbered) return done();

    const caller = isNumbered ? readCallerTrace(headers) : undefined;
    const { method, url = "none" } = request.routeOptions;
    const name = `${request.method} ${method === undefined ? "none" : url}`;
    const trace = tracing?.request(name, caller, {
      "http.request.method": request.method,
      "http.route": url,
    });
    request.trace = trace ?? null;
    const traceId = trace?.context.traceId ?? caller?.traceId;
    const spanId = trace?.context.spanId ?? caller?.spanId;
    // The number alone is in the log already.
    if (traceId !== undefined && spanId !== undefined) {
      request.log = request.log.child({ trace_id: traceId, span_id: spanId });
      reply.log = request.log;
    }
    done();
  });

  if (tracing === undefined) return;
  server.addHook("onResponse", (request, reply, done) => {
    request.trace?.end(reply.statusCode);
    done();
  });
}
