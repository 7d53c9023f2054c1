import { hash } from "node:crypto";

import { Redis, type RedisOptions } from "ioredis";

import { backoff } from "../database/backoff.ts";
import {
  CacheAway,
  type Cache,
  type CacheLog,
  type CacheState,
  type CommandObserver,
  type Script,
} from "./cache.ts";
import { createSubscriber } from "./subscriber.ts";

export interface RedisCacheOptions {
  /** `redis://` or, with TLS, `rediss://` address. */
  url: string;
  /** Milliseconds after which a server that was asked and says nothing is away, and its connection is given up. */
  timeout: number;
  log: CacheLog;
  observe?: CommandObserver;
  /** Told with each connection, so that `CLIENT LIST` says whose it is. */
  name: string;
}

/** Milliseconds between questions that only find out whether the server still answers. */
const HEARTBEAT = 5000;
/** Milliseconds until a connection must stand. */
const CONNECT_TIMEOUT = 1000;

/** A script with its SHA-1, by which Redis finds it again (EVALSHA). */
export function defineScript(text: string): Script {
  return { text, sha1: hash("sha1", text) };
}

/** How every connection behaves: nothing waits for a server that is away, and nothing is sent twice. */
export function connectionOptions({ timeout, name }: RedisCacheOptions) {
  return {
    lazyConnect: true,
    connectionName: name.replaceAll(/[^!-~]/g, "-"),
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT,
    // A server that hangs keeps its connection open: only time tells. What waits for an answer is rejected then.
    socketTimeout: timeout,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    retryStrategy: backoff,
    // A former primary takes no writes any more: the name leads to another server by now, or will soon.
    reconnectOnError: ({ message }) => message.startsWith("READONLY"),
    keepAlive: 5000,
  } satisfies RedisOptions;
}

/** Begins to connect and returns at once: the process starts, and answers, without Redis. */
export function openRedis(options: RedisCacheOptions): Cache {
  const { url, log, observe = () => {} } = options;
  const redis = new Redis(url, connectionOptions(options));
  const listeners = new Set<(state: CacheState) => void>();
  let state: CacheState = { status: "away", since: Date.now(), why: "it has not been reached yet" };
  let failure = "the connection was lost";
  let closed = false;

  function enter(next: CacheState): void {
    // Why it is away may change while it is; that it is, and since when, is what others go by.
    if (next.status === "away" && state.status === "away" && next.why === state.why) return;
    if (next.status === "away" && state.status === "away") next = { ...next, since: state.since };
    state = next;
    if (!closed) {
      if (next.status === "ready") log.info({ runId: next.runId }, "redis is there");
      else log.warn({ why: next.why }, "redis is away; rules follow their modes");
    }
    for (const listener of listeners) listener(next);
  }

  redis.on("error", (error: Error) => {
    failure = error.message || (error as NodeJS.ErrnoException).code || error.name;
  });
  redis.on("close", () => enter({ status: "away", since: Date.now(), why: failure }));
  redis.on("ready", async () => {
    try {
      const { runId, evicts } = readInfo(await redis.info("server", "memory"));
      if (evicts) log.warn({ policy: evicts }, "redis may evict windows: set maxmemory-policy to noeviction");
      failure = "the connection was lost";
      enter({ status: "ready", since: Date.now(), runId });
    } catch (error) {
      failure = (error as Error).message;
      redis.disconnect(true);
    }
  });
  redis.connect().catch(() => {});

  // Also while nobody asks anything: else the first who does would be the one to find out.
  const heartbeat = setInterval(() => {
    if (redis.status === "ready") redis.ping().catch(() => {});
  }, HEARTBEAT);
  heartbeat.unref();

  async function send<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    if (state.status === "away") throw new CacheAway(state.why);
    const began = performance.now();
    try {
      const reply = await command();
      observe(performance.now() - began, "answered");
      return reply;
    } catch (error) {
      const replied = (error as Error).name === "ReplyError";
      observe(performance.now() - began, replied ? "error" : "away");
      if (replied) throw error;
      throw new CacheAway(failure, { cause: error });
    }
  }

  const subscriber = createSubscriber(() => new Redis(url, connectionOptions(options)), HEARTBEAT);
  return {
    get state() {
      return state;
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    call: (command, ...args) => send(() => redis.call(command, [...args])),
    run: (script, args) =>
      send(() => evaluate(script, (command, which) => redis.call(command, which, 0, ...args))),
    runBytes: (script, args) =>
      send(() =>
        evaluate(script, (command, which) => redis.callBuffer(command, which, 0, ...args) as Promise<Buffer>),
      ),
    subscribe: subscriber.subscribe,
    close() {
      closed = true;
      clearInterval(heartbeat);
      subscriber.close();
      redis.disconnect();
    },
  };
}

/** Asks for a script by its SHA-1, and with its text where the server does not know it. */
async function evaluate<Reply>(
  { text, sha1 }: Script,
  ask: (command: "EVALSHA" | "EVAL", which: string) => Promise<Reply>,
): Promise<Reply> {
  try {
    return await ask("EVALSHA", sha1);
  } catch (error) {
    if (!(error as Error).message.startsWith("NOSCRIPT")) throw error;
    return ask("EVAL", text);
  }
}

/** What INFO says (https://redis.io/docs/latest/commands/info/): which server it is, and what it drops when it is full. */
function readInfo(info: string): { runId: string; evicts: string | undefined } {
  const field = (name: string) => new RegExp(`^${name}:(.+?)\\r?$`, "m").exec(info)?.[1];
  const runId = field("run_id");
  if (runId === undefined) throw new Error("INFO does not tell its run_id");
  const policy = field("maxmemory_policy");
  return { runId, evicts: policy === "noeviction" ? undefined : policy };
}
