import { readFile } from "node:fs/promises";

import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type CryptoKey,
} from "jose";

/** Public keys of whoever issues tokens (RFC 7517), kept up to date. */
export interface KeySet {
  /**
   * The key that a token names by its header. Rejects with JWKSNoMatchingKey where there is none, and with
   * KeySetUnavailable where the keys have never been read.
   */
  keyOf(header: JWSHeaderParameters): Promise<CryptoKey>;
  /** Counts the times that the keys have changed: what was verified by others no longer counts. */
  readonly generation: number;
  /** Reads the keys; a failure is told in the log, and the keys that were there go on. */
  refresh(): Promise<void>;
  /** Begins to read the keys again where that is due; nobody waits for it. */
  renew(): void;
}

export class KeySetUnavailable extends Error {
  constructor() {
    super("The keys that tokens are verified with could not be read.");
  }
}

export interface KeySetOptions {
  /** An https: address, or one of this machine; or a file. */
  source: { readonly url: string } | { readonly file: string };
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** Milliseconds between two readings by the way, and between two for a key that nobody knows. */
const RENEW = 300_000;
const COOL_DOWN = 5000;
const TIMEOUT = 3000;
/** A set of a hundred keys is a fifth of this. */
const MOST_BYTES = 64 * 1024;

export function createKeySet({ source, log }: KeySetOptions): KeySet {
  let find: ReturnType<typeof createLocalJWKSet> | undefined;
  let text = "";
  let generation = 0;
  let triedAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    triedAt = performance.now();
    try {
      const next = "url" in source ? await download(source.url) : await readFile(source.file, "utf8");
      if (next === text) return;
      const keys = signingKeys(next);
      find = createLocalJWKSet({ keys });
      text = next;
      generation++;
      log.info({ keys: keys.map(({ kid }) => kid) }, "tokens are verified with these keys");
    } catch (error) {
      log.warn({ err: error, source }, "the keys that tokens are verified with could not be read");
    }
  }

  function refresh(): Promise<void> {
    reading ??= read().finally(() => (reading = undefined));
    return reading;
  }

  async function look(header: JWSHeaderParameters): Promise<CryptoKey> {
    if (find === undefined) throw new KeySetUnavailable();
    return find(header);
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
        return await look(header);
      } catch (error) {
        const mayBeNew = error instanceof errors.JWKSNoMatchingKey || error instanceof KeySetUnavailable;
        if (!mayBeNew || (performance.now() - triedAt < COOL_DOWN && reading === undefined)) throw error;
        await refresh();
        return look(header);
      }
    },
  };
}

/** Keys of Ed25519 that sign; a set may hold others, for others. Throws where the text is no set of keys. */
function signingKeys(text: string): JSONWebKeySet["keys"] {
  const { keys } = JSON.parse(text) as Partial<JSONWebKeySet>;
  if (!Array.isArray(keys)) throw new Error("has no array `keys`");
  // A private or a symmetric key there would be a leak, not a key to verify with.
  return keys.filter(({ kty, crv, d }) => kty === "OKP" && crv === "Ed25519" && d === undefined);
}

async function download(url: string): Promise<string> {
  const response = await fetch(url, {
    redirect: "error",
    headers: { accept: "application/jwk-set+json, application/json" },
    signal: AbortSignal.timeout(TIMEOUT),
  });
  if (!response.ok || response.body === null) throw new Error(`was answered with ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.byteLength;
    if (length > MOST_BYTES) throw new Error(`is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
