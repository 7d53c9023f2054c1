import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import { createLocalJWKSet, errors, type JSONWebKeySet, type JWK } from "jose";

import type { KeySet } from "../access/key-set.ts";
import { KeySetUnavailable } from "../access/key-set.ts";
import { recordAct } from "../audit/acts.ts";
import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { takeTurn } from "../database/turns.ts";
import type { Sealer } from "./sealing.ts";
import {
  deleteSigningKeys,
  insertSigningKey,
  readSigningKeys,
  type StoredSigningKey,
} from "./signing-key-repository.ts";
import { nextKeyAt, publishedAt, type Scheduled, signerAt } from "./signing-schedule.ts";

export interface Signer {
  readonly kid: string;
  readonly key: KeyObject;
}

/** The keys of our own tokens. They are in memory: the database is asked once a minute, and for a key that is new. */
export interface SigningKeys extends KeySet {
  /** What signs now; the first one is made when it is first needed, and others when it is time. */
  signer(): Promise<Signer>;
  /** Public keys, for others who verify. Rejects with KeySetUnavailable where they were never read. */
  published(): Promise<JSONWebKeySet>;
}

export interface SigningKeysOptions {
  readonly pool: Pool;
  readonly sealer: Sealer;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  readonly now: () => number;
}

interface SigningKey extends Scheduled {
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

/** Milliseconds between two readings by the way, and between two for keys that nobody knows. */
const RENEW = 60_000;
const COOL_DOWN = 250;

export function createSigningKeys({ pool, sealer, log, now }: SigningKeysOptions): SigningKeys {
  let keys: readonly SigningKey[] | undefined;
  let find = createLocalJWKSet({ keys: [] });
  let generation = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;
  let soon: Promise<void> | undefined;

  function take(stored: readonly StoredSigningKey[]): void {
    const known = keys?.map(({ kid }) => kid).join();
    // What does not open was sealed by another secret, or was put in by somebody else.
    keys = publishedAt(
      stored.flatMap((each) => openKey(each, sealer) ?? []),
      now(),
    );
    if (keys.map(({ kid }) => kid).join() === known) return;
    find = createLocalJWKSet({ keys: keys.map(({ jwk }) => jwk) });
    generation++;
  }

  async function read(): Promise<void> {
    triedAt = performance.now();
    try {
      take(await readSigningKeys(pool));
    } catch (error) {
      log.warn({ err: error }, "the keys that sign tokens could not be read; those that are known go on");
    }
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  }

  /** Who asks while it is too soon to read again waits with the others, rather than being refused a key that is new. */
  function refreshSoon(): Promise<void> {
    const wait = Math.max(0, triedAt + COOL_DOWN - performance.now());
    soon ??= delay(wait)
      .then(refresh)
      .finally(() => (soon = undefined));
    return soon;
  }

  /** Replicas take turns: whoever comes second finds the key that the first has made. */
  async function makeNext(): Promise<void> {
    const made = await inTransaction(pool, "write", async (client) => {
      await takeTurn(client, "signing-keys");
      const stored = await readSigningKeys(client);
      const usable = stored.filter((each) => openKey(each, sealer) !== undefined);
      const signsFrom = nextKeyAt(usable, now());
      if (signsFrom === undefined) return { stored };
      const kid = randomUUID();
      const plain = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });
      const added = { kid, signsFrom, privateKey: sealer.seal(plain, purposeOf(kid)) };
      const kept = new Set(publishedAt([...usable, added], now()).map(({ kid }) => kid));
      const past = usable.map(({ kid }) => kid).filter((kid) => !kept.has(kid));
      await insertSigningKey(client, added);
      await deleteSigningKeys(client, past);
      const details = { signsFrom: new Date(signsFrom).toISOString(), ended: past };
      await recordAct(client, {
        actor: "system",
        act: "signing_key.made",
        subject: `signing-keys/${kid}`,
        details,
      });
      return { stored: [...stored, added], kid };
    });
    take(made.stored);
    if (made.kid !== undefined) log.info({ kid: made.kid }, "a new key signs tokens, or will soon");
  }

  async function readIfOld(): Promise<readonly SigningKey[]> {
    // Where there is none yet, another replica may just have made the first one.
    if (!keys?.length || performance.now() - triedAt >= RENEW) await refresh();
    if (keys === undefined) throw new KeySetUnavailable();
    return keys;
  }

  return {
    refresh,
    get generation() {
      return generation;
    },
    renew() {
      if (performance.now() - triedAt >= RENEW) void refresh();
    },
    async keyOf(header) {
      try {
        if (keys === undefined) throw new KeySetUnavailable();
        return await find(header);
      } catch (error) {
        const mayBeNew = error instanceof errors.JWKSNoMatchingKey || error instanceof KeySetUnavailable;
        if (!mayBeNew) throw error;
        await refreshSoon();
        if (keys === undefined) throw new KeySetUnavailable();
        return find(header);
      }
    },
    async signer() {
      const known = await readIfOld();
      if (nextKeyAt(known, now()) !== undefined) await makeNext();
      const found = signerAt(keys ?? [], now());
      if (found === undefined) throw new KeySetUnavailable();
      return { kid: found.kid, key: found.privateKey };
    },
    async published() {
      return { keys: publishedAt(await readIfOld(), now()).map(({ jwk }) => jwk) as JSONWebKeySet["keys"] };
    },
  };
}

/** The key that it is kept under is part of what is sealed: keys cannot be swapped. */
const purposeOf = (kid: string) => `signing key ${kid}`;

function openKey({ kid, signsFrom, privateKey }: StoredSigningKey, sealer: Sealer): SigningKey | undefined {
  const plain = sealer.open(privateKey, purposeOf(kid));
  if (plain === undefined) return undefined;
  const key = createPrivateKey({ key: plain, type: "pkcs8", format: "der" });
  const { kty, crv, x } = createPublicKey(key).export({ format: "jwk" });
  const jwk = { kty, crv, x, kid, alg: "EdDSA", use: "sig" } as JWK;
  return { kid, signsFrom, privateKey: key, jwk };
}
