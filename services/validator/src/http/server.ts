import type { FastifyCompressOptions } from "@fastify/compress";
import fastify, { LogController, type FastifyError, type FastifyInstance } from "fastify";
import type { IncomingMessage } from "node:http";

import type { Config } from "../config.ts";
import {
  answerClientError,
  answerError,
  malformedJson,
  SECURITY_HEADERS,
  sendProblem,
  STRICT_TRANSPORT,
} from "./errors.ts";
import { parseJson } from "./json.ts";
import { limitArrival } from "./arrival.ts";
import { Problem } from "./problems.ts";
import { RequestLog } from "./request-log.ts";
import type { FastifyTypeBox } from "./types.ts";

/** A transaction with every field at its longest is a tenth of this. */
const BODY_LIMIT = 64 * 1024;

/** Milliseconds in which a request must have arrived. */
const ARRIVAL = 10_000;

/** Of answers that are worth it; the decision and what holds a secret are sent as they are. */
export const COMPRESSION: FastifyCompressOptions = {
  encodings: ["br", "gzip"],
  threshold: 2048,
  // What arrives is never compressed: a small body that grows is an attack.
  globalDecompression: false,
};

/** A server without routes: how every request is read, logged and refused. */
export function createServer(config: Config): FastifyInstance {
  const server = fastify({
    // Fastify's logger is pino: JSON lines on stdout. Requests are counted elsewhere, not logged one by one.
    logger: {
      level: config.logLevel,
      base: { zone: config.zone, replica: config.replica },
      serializers: { err: describeError },
    },
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "traceId" }),
    childLoggerFactory: (logger, fields) => new RequestLog(logger, fields),
    requestIdHeader: false,
    genReqId: traceIds(config.replica),
    bodyLimit: BODY_LIMIT,
    // The headers within ten seconds, however slowly they trickle, and the body as well (see limitArrival): files may
    // take longer.
    http: { headersTimeout: ARRIVAL },
    requestTimeout: config.uploads.deadline,
    // Longer than the 60 seconds after which a load balancer of AWS drops an idle connection: when it is the
    // server that drops it, a request may be on its way.
    keepAliveTimeout: 65_000,
    // While closing, what still arrives on open connections is answered properly (with Connection: close).
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
    // Nothing is converted, dropped or filled in: what is judged is what was sent. All faults, not the first.
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: true,
        allowUnionTypes: true,
      },
    },
  });

  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    const { "content-encoding": encoding, "content-type": type } = request.headers;
    // RFC 8259, section 8.1: JSON is UTF-8, and the type has no such parameter; that it is UTF-8 may be said all the same.
    const isOtherText =
      type !== "application/json" && /;\s*charset=(?!"?utf-?8"?\s*(?:;|$))/i.test(type ?? "");
    if (isOtherText || (encoding !== undefined && encoding !== "identity")) {
      done(new Problem("unsupported_media_type"));
      return;
    }
    const parsed = parseJson(body as Buffer);
    if ("reasons" in parsed) done(malformedJson(parsed.reasons));
    else done(null, parsed.value);
  });

  server.addHook("onRequest", (request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    if (request.headers["x-forwarded-proto"] === "https")
      reply.header("strict-transport-security", STRICT_TRANSPORT);
    done();
  });
  server.addHook("preParsing", (request, _reply, payload, done) => {
    if (!request.routeOptions.config.arrivesSlowly) limitArrival(request.raw, ARRIVAL);
    done(null, payload);
  });
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((_request, reply) => sendProblem(reply, new Problem("not_found")));
  return server;
}

/** PostgreSQL's errors quote rows in their details, and rows hold names and accounts: those stay out of the log. */
function describeError({ name, message, code, stack = "" }: FastifyError) {
  return { type: name, message, code, stack };
}

const METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"] as const;

/** Answers 405 to the methods that the resource at `url` does not have (RFC 9110, section 15.5.6). */
export function refuseOtherMethods(app: FastifyTypeBox, url: string, allowed: string[]): void {
  const others = METHODS.filter((method) => !allowed.includes(method));
  app.route({
    method: others,
    url,
    schema: { hide: true },
    config: { access: "anyone" },
    // Before the body is read: whatever it is, it is not for this method.
    onRequest: async () => {
      throw new Problem("method_not_allowed", [], { allow: allowed.join(", ") });
    },
    handler: async () => {},
  });
}

/** Request ids: the root of X-Amzn-Trace-Id where a load balancer set a proper one, otherwise one of ours. */
function traceIds(replica: string): (request: Pick<IncomingMessage, "headers">) => string {
  let count = 0;
  const start = Date.now().toString(36);
  return ({ headers }) => {
    const header = headers["x-amzn-trace-id"];
    if (typeof header === "string") {
      const root = /(?:^|;\s*)Root=(1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24})(?:;|$)/.exec(header)?.[1];
      if (root !== undefined) return root;
    }
    return `${replica}-${start}-${(++count).toString(36)}`;
  };
}
