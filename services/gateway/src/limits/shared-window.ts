import { readFileSync } from "node:fs";

import { Redis } from "ioredis";

import { LocalWindow } from "./local-window.ts";
import type { Admission, SlidingWindow, WindowSettings } from "./window.ts";

/** A connection to the Redis that the replicas share; never waited for longer than its time-out. */
export interface SharedStore {
  /** Whether limits hold over all replicas at the moment. */
  readonly isThere: boolean;
  admit(key: string, settings: WindowSettings): Promise<SharedAdmission>;
  forget(key: string): Promise<void>;
  close(): void;
}

export interface SharedAdmission extends Admission {
  /** Microseconds since 1970, by the clock of Redis. */
  readonly at: number;
}

interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const SCRIPT = readFileSync(new URL("admit.lua", import.meta.url), "utf8");
const CONNECT_TIMEOUT = 1000;
const LONGEST_PAUSE = 800;
/** How long a Redis that did not answer in time is asked nothing: the requests of that time do not wait for it. */
const REST = 500;

type Scripted = Redis & {
  admit(key: string, limit: number, span: number): Promise<[number, number, number, string]>;
};

/** @param timeout milliseconds after which a Redis that says nothing is away. */
export function openSharedStore(url: string, timeout: number, name: string, log: StoreLog): SharedStore {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: name.replaceAll(/[^!-~]/g, "-"),
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT,
    commandTimeout: timeout,
    socketTimeout: 3 * timeout,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (failures) =>
      (0.5 + Math.random() / 2) * Math.min(LONGEST_PAUSE, 25 * 2 ** (failures - 1)),
    // A former primary takes no writes any more: the name leads to another server by now, or will soon.
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
    keepAlive: 5000,
    scripts: { admit: { lua: SCRIPT, numberOfKeys: 1 } },
  }) as Scripted;
  let wasThere: boolean | undefined;
  let restUntil = 0;

  function tell(isThere: boolean, why?: string): void {
    if (wasThere === isThere) return;
    wasThere = isThere;
    if (isThere) log.info({}, "redis is there; limits hold over all replicas");
    else log.warn({ why }, "redis is away; each replica limits on its own");
  }
  redis.on("ready", () => {
    restUntil = 0;
    tell(true);
  });
  redis.on("error", ({ message }: Error) => tell(false, message));
  redis.on("close", () => tell(false, "the connection was lost"));
  redis.connect().catch(() => {});

  return {
    get isThere() {
      return redis.status === "ready" && performance.now() >= restUntil;
    },
    async admit(key, { limit, span }) {
      try {
        const [admitted, count, freeIn, at] = await redis.admit(key, limit, span * 1000);
        tell(true);
        return { isAdmitted: admitted === 1, count, freeIn: freeIn / 1000, at: Number(at) };
      } catch (error) {
        restUntil = performance.now() + REST;
        tell(false, (error as Error).message);
        throw error;
      }
    },
    async forget(key) {
      await redis.del(key);
    },
    close: () => redis.disconnect(),
  };
}

/**
 * A window that all replicas share. While Redis is away each has one of its own: a caller is then let in as often as the
 * limit by each of them, and nobody waits.
 */
export class SharedWindow implements SlidingWindow {
  readonly #name: string;
  readonly #settings: WindowSettings;
  readonly #store: SharedStore | undefined;
  readonly #local: LocalWindow;

  /** @param store undefined where there is no Redis. */
  constructor(name: string, settings: WindowSettings, store: SharedStore | undefined) {
    this.#name = name;
    this.#settings = settings;
    this.#store = store;
    this.#local = new LocalWindow(settings);
  }

  async admit(caller: string): Promise<Admission> {
    if (this.#store?.isThere) {
      try {
        return await this.#store.admit(this.#key(caller), this.#settings);
      } catch {
        // It has said so; this request counts here.
      }
    }
    return this.#local.admit(caller);
  }

  async forget(caller: string): Promise<void> {
    this.#local.forget(caller);
    await this.#store?.forget(this.#key(caller));
  }

  #key(caller: string): string {
    return `limit:${this.#name}:${caller}`;
  }
}
