// One attempt to deliver: bounded in time and memory, whatever the other side does.
import {
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  request as httpRequest,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { isIP } from "node:net";

import { type AddressPolicy, faultOfUrl, ForbiddenAddress, hostOf, lookupPublic } from "./addresses.ts";
import { readRetryAfter } from "./schedule.ts";

/** How an attempt ended. */
export interface Outcome {
  /** `gone`: the receiver wants nothing any more. */
  readonly kind: "delivered" | "failed" | "gone";
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** Why it failed, in words; "" where it did not. */
  readonly failure: string;
  /** Milliseconds until the receiver wants to be asked again, where it says so. */
  readonly retryAfter?: number | undefined;
}

export interface Sender {
  /** Never rejects. */
  send(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Outcome>;
  close(): void;
}

/** Milliseconds and bytes that are read of the body of an answer, which says nothing to us, to keep the connection. */
const DRAIN = 1000;
const MOST_OF_ANSWER = 16 * 1024;
/** Bytes of the head of an answer. */
const MOST_OF_HEAD = 8 * 1024;

/** Sends to one receiver, over connections that are kept between messages; at most `connections` at the same time. */
export function createSender(options: {
  readonly policy: AddressPolicy;
  readonly timeout: number;
  readonly connections: number;
}): Sender {
  const { policy, timeout, connections } = options;
  const settings = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections, timeout: 30_000 };
  const agents = { "http:": new HttpAgent(settings), "https:": new HttpsAgent(settings) };
  const lookup = lookupPublic(policy);

  function open(url: URL, headers: Readonly<Record<string, string>>): ClientRequest {
    const isHttp = url.protocol === "http:";
    return (isHttp ? httpRequest : httpsRequest)(url, {
      method: "POST",
      headers,
      agent: agents[isHttp ? "http:" : "https:"],
      // Not asked where the host is an address: that was checked as text.
      ...(isIP(hostOf(url)) === 0 && { lookup: lookup as never }),
      maxHeaderSize: MOST_OF_HEAD,
      signal: AbortSignal.timeout(timeout),
    });
  }

  return {
    async send(text, headers, body) {
      const fault = faultOfUrl(text, policy);
      if (fault !== undefined) return failed(undefined, `The URL ${fault}`);
      const sized = { ...headers, "content-length": String(Buffer.byteLength(body)) };
      for (;;) {
        const request = open(new URL(text), sized);
        try {
          const response = await answerTo(request, body);
          const outcome = judge(response);
          await drain(response);
          return outcome;
        } catch (error) {
          // The receiver had closed a connection that was kept: no fault of its.
          const isStale = request.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
          if (!isStale) return failed(undefined, describe(error, timeout));
        }
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function answerTo(request: ClientRequest, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once("response", resolve);
    // Errors come also after the answer: nobody waits for those any more.
    request.on("error", reject);
    // Who changes to another protocol (101) has not answered, and Node says nothing but that it is over.
    request.once("close", () => reject(Object.assign(new Error("no answer"), { code: "NO_ANSWER" })));
    request.end(body);
  });
}

function judge({ statusCode: status = 0, headers }: IncomingMessage): Outcome {
  if (status >= 200 && status < 300) return { kind: "delivered", status, failure: "" };
  if (status === 410) return { kind: "gone", status, failure: "The receiver says that it is gone" };
  if (status >= 300 && status < 400) return failed(status, "The receiver redirects, which is not followed");
  const retryAfter = readRetryAfter(headers["retry-after"], Date.now());
  return { ...failed(status, `The receiver answers with ${status}`), retryAfter };
}

/** Reads the body away, so that the connection can be used again; gives the connection up where that takes too long. */
function drain(response: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), DRAIN);
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_OF_ANSWER) response.destroy();
    });
    response.on("error", () => {});
    response.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function failed(status: number | undefined, failure: string): Outcome {
  return { kind: "failed", status, failure };
}

/** What people are shown of an error: nothing of what the other side has sent. */
function describe(error: unknown, timeout: number): string {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ForbiddenAddress) return `The URL ${message}`;
  if (name === "AbortError" || name === "TimeoutError") return `There was no answer within ${timeout} ms`;
  return `The receiver could not be asked: ${code ?? name}`;
}
