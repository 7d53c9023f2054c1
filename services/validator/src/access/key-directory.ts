import { hash, timingSafeEqual } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { within } from "../database/backoff.ts";
import { type ApiKey, hashSecret, parseApiKey } from "./api-key.ts";
import type { ActiveKey } from "./key-repository.ts";
import { type Principal, Refused } from "./principal.ts";
import { expandRoles, type Role } from "./roles.ts";

export interface KeyDirectoryOptions {
  /** All keys that open something now. */
  read: () => Promise<readonly ActiveKey[]>;
  /** Notes that keys were used; told again about each one once in a minute. */
  touch: (ids: readonly string[]) => Promise<void>;
  log: { warn(fields: object, message: string): void };
  now: () => number;
}

/** The keys as this replica knows them. */
export interface KeyDirectory {
  /** Whose key it is; a promise only where the keys must be read first. Throws, or rejects with, Refused. */
  verify(text: string): Principal | Promise<Principal>;
  /** Reads the keys as they are from now on; what fails is told in the log, and the keys stay as they were. */
  refresh(): Promise<void>;
}

/** Milliseconds after which keys are read again by the way: a revoked key that is in use ends by then. */
const REREAD = 1000;
/** Older than that they are read before anything is believed. */
const STALE = 3000;
/** While the database is away they go on: a failover takes seconds, and nothing is decided without the database. */
const GRACE = 60_000;
/** Keys that nobody knows, and a database that is away, make it be asked no more often than that. */
const COOL_DOWN = 250;
/** A request waits no longer than that for keys: a database that hangs holds nobody up twice. */
const PATIENCE = 500;

interface Known {
  readonly key: ActiveKey;
  readonly principal: Principal;
  touchAt: number;
}

const TOUCH_INTERVAL = 60_000;
/** Compared with where there is no such key, so that the answer takes as long. */
const NO_HASH = Buffer.alloc(32);

/**
 * All keys are in memory: they are few, so a flood of wrong ones never reaches the database, and a right one costs a
 * hash. They are read again only while keys are used.
 */
export function createKeyDirectory({ read, touch, log, now }: KeyDirectoryOptions): KeyDirectory {
  let known = new Map<string, Known>();
  // Keys that were verified since the last reading, by the hash of the whole: memory holds none that could be used.
  const verified = new Map<string, Known>();
  /** Of the last reading that succeeded, and of the last attempt; by the steady clock. */
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let soon: Promise<void> | undefined;
  let isTroubled = false;

  async function readAll(): Promise<void> {
    const began = performance.now();
    triedAt = began;
    try {
      const keys = await read();
      known = new Map(keys.map((key) => [key.id, know(key, known.get(key.id))]));
      verified.clear();
      readAt = began;
      isTroubled = false;
    } catch (error) {
      // The same trouble, many times a second, is logged once.
      if (!isTroubled)
        log.warn({ err: error }, "the API keys could not be read; those that are known go on for a minute");
      isTroubled = true;
    }
  }

  function readOnce(): Promise<void> {
    reading ??= readAll().finally(() => (reading = undefined));
    return reading;
  }

  function match({ id, secret }: ApiKey): Known {
    const found = known.get(id);
    const matches = timingSafeEqual(hashSecret(secret), found?.key.secretHash ?? NO_HASH);
    if (!found || !matches) throw new Refused("has an API key that is not known here");
    return found;
  }

  function use(found: Known): Principal {
    const { id } = found.key;
    const at = now();
    if (found.key.expiresAt !== null && at >= found.key.expiresAt) {
      throw new Refused("has an API key that has expired");
    }
    if (at >= found.touchAt) {
      found.touchAt = at + TOUCH_INTERVAL;
      // Whether it was noted changes nothing for the caller.
      void touch([id]).catch(() => {});
    }
    return found.principal;
  }

  /** Who asks while it is too soon to read again waits with the others, rather than being refused a key that is new. */
  function refreshSoon(): Promise<void> {
    const wait = Math.max(0, triedAt + COOL_DOWN - performance.now());
    soon ??= (wait === 0 ? readOnce() : delay(wait).then(readOnce)).finally(() => (soon = undefined));
    return soon;
  }

  async function readAndMatch(key: ApiKey): Promise<Principal> {
    await within(PATIENCE, refreshSoon(), () => new KeysUnavailable()).catch(() => {});
    if (performance.now() - readAt >= GRACE) throw new KeysUnavailable();
    return use(match(key));
  }

  return {
    async refresh() {
      // What is being read may be from before the change that this is called for.
      await reading;
      await readOnce();
    },
    verify(text) {
      const age = performance.now() - readAt;
      const digest = hash("sha256", text, "base64url");
      let found = age < STALE ? verified.get(digest) : undefined;
      if (found === undefined) {
        const key = parseApiKey(text);
        if (key === undefined)
          throw new Refused("has an API key that is none: vk_, 12 characters, _, 43 characters");
        if (age >= STALE || !known.has(key.id)) return readAndMatch(key);
        found = match(key);
        verified.set(digest, found);
      }
      if (age >= REREAD) void readOnce();
      return use(found);
    },
  };
}

/** The keys have never been read, or not for a long time. */
export class KeysUnavailable extends Error {
  constructor() {
    super("The API keys could not be read.");
  }
}

function know(key: ActiveKey, before: Known | undefined): Known {
  const roles: ReadonlySet<Role> = expandRoles(key.roles);
  const touchAt = before?.touchAt ?? (key.lastUsedAt === null ? 0 : key.lastUsedAt + TOUCH_INTERVAL);
  return { key, principal: { actor: key.owner, roles, by: "api_key" }, touchAt };
}
