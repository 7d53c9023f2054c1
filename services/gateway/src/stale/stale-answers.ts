import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";

import { LRUCache } from "lru-cache";

import type { BodyWatcher } from "../../../proxy/src/forward.ts";
import { endToEnd } from "../../../proxy/src/headers.ts";
import { allowanceOf } from "./cache-control.ts";

interface Kept {
  readonly headers: ReturnType<typeof endToEnd>;
  readonly body: Buffer;
  readonly storedAt: number;
  /** Milliseconds for which it is fresh, and for which it may be told after that while the backend fails. */
  readonly fresh: number;
  readonly stale: number;
}

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_OF_ONE = 1024 * 1024;
/** Failures of the backend that a stale answer may stand in for (RFC 5861, section 4). */
const FAILURES = new Set([500, 502, 503, 504]);

/** Answers that the backend allows to be told again while it is away: by `stale-if-error`, and nothing else. */
export class StaleAnswers {
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ body }) => body.length + 1024,
  });
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Keeps an answer that is on its way, where that is allowed and it is small. */
  watch(
    request: IncomingMessage,
    { status, headers }: { readonly status: number; readonly headers: IncomingHttpHeaders },
  ): BodyWatcher | undefined {
    if (request.method !== "GET" || status !== 200) return undefined;
    const allowance = allowanceOf(request.headers, headers);
    const key = keyOf(request);
    if (allowance === undefined) {
      this.#kept.delete(key);
      return undefined;
    }
    const chunks: Buffer[] = [];
    let length = 0;
    return {
      data(chunk) {
        length += chunk.length;
        if (length <= MOST_OF_ONE) chunks.push(chunk);
      },
      end: () => {
        if (length > MOST_OF_ONE) return;
        const { "set-cookie": _, ...kept } = endToEnd(headers);
        this.#kept.set(key, {
          headers: kept,
          body: Buffer.concat(chunks),
          storedAt: this.#now(),
          ...allowance,
        });
      },
    };
  }

  /** Whether there is an answer to tell in place of a failure. */
  standsInFor(request: IncomingMessage, status: number): boolean {
    return FAILURES.has(status) && this.#find(request) !== undefined;
  }

  /** Answers as the backend did before; false where that is not allowed, and nothing was sent. */
  tell(request: IncomingMessage, response: ServerResponse): boolean {
    const kept = this.#find(request);
    if (kept === undefined || response.headersSent) return false;
    const age = this.#now() - kept.storedAt;
    response.writeHead(200, {
      ...kept.headers,
      age: String(Math.floor(age / 1000)),
      "cache-status": `gateway; hit; ttl=${Math.floor((kept.fresh - age) / 1000)}`,
      "content-length": kept.body.length,
    });
    response.end(request.method === "HEAD" ? undefined : kept.body);
    return true;
  }

  #find(request: IncomingMessage): Kept | undefined {
    if (request.method !== "GET" && request.method !== "HEAD") return undefined;
    const kept = this.#kept.get(keyOf(request));
    const isAllowed = kept !== undefined && this.#now() - kept.storedAt <= kept.fresh + kept.stale;
    return isAllowed ? kept : undefined;
  }
}

/** Answers may differ by the encodings that a client takes, and by nothing else: others are not kept. */
function keyOf({ url, headers }: IncomingMessage): string {
  return `${headers.host}\n${url}\n${headers["accept-encoding"] ?? ""}`;
}
