import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { type ProblemCode, PROBLEM_HEADERS, problems, problemText, sendProblem } from "./problems.ts";

/** Times are milliseconds. */
export interface ServerSettings {
  readonly headersTimeout: number;
  readonly mostConnections: number;
}

const HEADER_BYTES = 16 * 1024;
/** Longer than the 60 seconds after which a load balancer of AWS drops an idle connection. */
const KEEP_ALIVE = 65_000;
/** How often the time-outs of requests are looked after. */
const CHECKING = 500;

/** A server that reads what comes strictly: what two readers could take for two things is refused. */
export function createStrictServer(settings: ServerSettings, handle: RequestListener): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      // Looked after by whoever answers, with a problem document.
      requireHostHeader: false,
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: settings.headersTimeout,
      // Bodies have times of their own, by what they are for: whoever reads one sees to it.
      requestTimeout: 0,
      connectionsCheckingInterval: CHECKING,
      keepAliveTimeout: KEEP_ALIVE,
      noDelay: true,
    },
    handle,
  );
  // Whoever asks before it sends is told to go on by whoever reads the body, once nothing speaks against it.
  server.on("checkContinue", handle);
  server.on("checkExpectation", (_request, response) =>
    sendProblem(response, "expectation_failed", undefined),
  );
  server.maxConnections = settings.mostConnections;
  const answers = new WeakMap<Duplex, ServerResponse>();
  for (const event of ["request", "checkContinue"] as const)
    server.on(event, ({ socket }, response) => void answers.set(socket, response));
  server.on("clientError", (error, socket) => {
    const last = answers.get(socket);
    // Part of an answer is there already: nothing can be said any more.
    if (last?.headersSent && !last.writableFinished) socket.destroy();
    else answerClientError(error, socket);
  });
  return server;
}

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};

/** What is no request that can be read has no handler: it is answered on the connection, which then ends. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const { code = "" } = error;
  if (!socket.writable || code === "ECONNRESET") return void socket.destroy();
  const problem = CODES[code] ?? "malformed_request";
  const text = problemText(problem, undefined);
  const [status] = problems[problem];
  const head = [
    `HTTP/1.1 ${status} ${STATUS_TEXT[status] ?? "Bad Request"}`,
    ...Object.entries(PROBLEM_HEADERS).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(text)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`, () => socket.destroy());
}

const STATUS_TEXT: Readonly<Record<number, string>> = {
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};
