import { LRUCache } from "lru-cache";

import { Waiter } from "../../../proxy/src/attempt.ts";
import { failureOf } from "../../../proxy/src/failures.ts";
import { Problem } from "../../../proxy/src/problems.ts";
import type { Upstream } from "../../../proxy/src/upstream.ts";
import type { AskWhose } from "./authenticate.ts";
import { type Caller, digest } from "./caller.ts";
import { unauthenticated } from "./refusals.ts";

/** Milliseconds: the backend looks at each key itself, so that one that was revoked opens nothing meanwhile. */
const KNOWN_FOR = 10_000;
const REFUSED_FOR = 1000;
const REMEMBERED = 10_000;
const LONGEST = 512;
const PATIENCE = 3000;

/**
 * API keys are the backend's: it is asked whose a key is, and what it says is remembered for a moment. The gateway wants
 * to know to count a caller's requests, and to let no wrong key through to it again and again.
 */
export class ApiKeys {
  readonly #path: string;
  /** By the digest of the key: false for one that the backend does not know. */
  readonly #known = new LRUCache<string, Caller | false>({ max: REMEMBERED });
  readonly #asking = new Map<string, Promise<Caller>>();

  /** @param path where a backend says whose a key is, and 401 for one that it does not know. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Whose key it is, or how to find out. @throws Problem */
  verify(key: string, upstream: Upstream): Caller | AskWhose {
    if (key.length > LONGEST || !/^[!-~]+$/.test(key)) throw unknownKey();
    const id = digest("api_key", upstream.name, key);
    const known = this.#known.get(id);
    if (known === false) throw unknownKey();
    return known ?? (() => this.#askOnce(id, key, upstream));
  }

  /** Requests with the same key that come together ask once. */
  #askOnce(id: string, key: string, upstream: Upstream): Promise<Caller> {
    const asking =
      this.#asking.get(id) ?? this.#ask(id, key, upstream).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  async #ask(id: string, key: string, upstream: Upstream): Promise<Caller> {
    const status = await this.#statusOf(key, upstream);
    if (status === 401) {
      this.#known.set(id, false, { ttl: REFUSED_FOR });
      throw unknownKey();
    }
    // Who may not ask who they are is somebody all the same.
    if (status !== 200 && status !== 403) throw new Problem("access_unavailable");
    const caller = { id, by: "api_key" } as const;
    this.#known.set(id, caller, { ttl: KNOWN_FOR });
    return caller;
  }

  async #statusOf(key: string, upstream: Upstream): Promise<number> {
    const waiter = new Waiter();
    const timer = setTimeout(() => waiter.leave(), PATIENCE);
    try {
      const answer = await upstream.send({
        method: "GET",
        path: this.#path,
        headers: { "x-api-key": key },
        body: null,
        waiter,
        isRepeatable: true,
        exchange: "call",
      });
      await answer.discard();
      return answer.status;
    } catch (error) {
      throw new Problem(failureOf(error)?.kind === "open" ? "backend_unavailable" : "access_unavailable");
    } finally {
      clearTimeout(timer);
    }
  }
}

function unknownKey(): Problem {
  return unauthenticated("The API key is not known here.");
}
