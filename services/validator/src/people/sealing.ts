import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Keeps secrets from whoever reads the database, and takes none from whoever writes to it. */
export interface Sealer {
  /** `purpose` says whose it is and what for: what was sealed for another purpose does not open. */
  seal(plain: Buffer, purpose: string): Buffer;
  /** Undefined for what was not sealed here, for this purpose, by this secret. */
  open(sealed: Buffer, purpose: string): Buffer | undefined;
}

const NONCE = 12;
const TAG = 16;
/** The first byte says how the rest is kept. */
const PLAIN = 0;
const SEALED = 1;

/**
 * AES-256-GCM by a key that is made of the secret. Without a secret, what is kept is kept as it is; with one, nothing
 * that is not sealed is taken, or else who can write to the database could put in keys of their own.
 */
export function createSealer(secret: string | undefined): Sealer {
  if (secret === undefined) {
    return {
      seal: (plain) => Buffer.concat([Buffer.of(PLAIN), plain]),
      open: (sealed) => (sealed[0] === PLAIN ? sealed.subarray(1) : undefined),
    };
  }
  const key = Buffer.from(hkdfSync("sha256", secret, "", "validator people", 32));
  return {
    seal(plain, purpose) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(purpose));
      const text = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(SEALED), nonce, text, cipher.getAuthTag()]);
    },
    open(sealed, purpose) {
      if (sealed[0] !== SEALED || sealed.length < 1 + NONCE + TAG) return undefined;
      const nonce = sealed.subarray(1, 1 + NONCE);
      const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG });
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(-TAG));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(1 + NONCE, -TAG)), decipher.final()]);
      } catch {
        return undefined;
      }
    },
  };
}
