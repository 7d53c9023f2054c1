import { readFileSync } from "node:fs";

import { Redis } from "ioredis";

import type { Admission, WindowSettings } from "./window.ts";

/** One more request of a caller. */
export interface Asked extends WindowSettings {
  /** Of the caller's window. */
  readonly key: string;
}

/** A connection to the Redis that the replicas share; never waited for longer than its time-out. */
export interface SharedStore {
  /** Whether limits hold over all replicas at the moment. */
  readonly isThere: boolean;
  /** Admits a request to each of its windows in turn, up to one that is full, in one round trip. */
  admit(...asked: readonly Asked[]): Promise<SharedAdmission[]>;
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
  admit(keys: number, ...keysAndArguments: (string | number)[]): Promise<[number, number, number, string][]>;
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
    scripts: { admit: { lua: SCRIPT } },
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
    async admit(...asked) {
      const keys = asked.map(({ key }) => key);
      const settings = asked.flatMap(({ limit, span }) => [limit, span * 1000]);
      try {
        const answers = await redis.admit(keys.length, ...keys, ...settings);
        tell(true);
        return answers.map(([admitted, count, freeIn, at]) => ({
          isAdmitted: admitted === 1,
          count,
          freeIn: freeIn / 1000,
          at: Number(at),
        }));
      } catch (error) {
        restUntil = performance.now() + REST;
        tell(false, (error as Error).message);
        throw error;
      }
    },
    close: () => redis.disconnect(),
  };
}
