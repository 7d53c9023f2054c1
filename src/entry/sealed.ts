import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const NONCE = 12;
const TAG = 16;
/** Longer values are none of ours: nobody gets us to decrypt what we cannot have written. */
const MAX_SEALED = 4096;

/**
 * Makes values that clients carry for us: they can neither read nor change them, and a value that was made
 * for one purpose does not open for another. AES-256-GCM with a fresh nonce each; 2^32 values of one key
 * are safe (NIST SP 800-38D section 8.3).
 * Source: "The content of load balancer generated cookies are encrypted using a rotating key" ("Sticky sessions").
 */
export class Sealer {
  readonly #key: Buffer;

  /** @param secret left out, nothing that another process sealed opens here. */
  constructor(secret: string | undefined) {
    this.#key =
      secret === undefined
        ? randomBytes(32)
        : createHash("sha256").update(`plumbline cookies ${secret}`).digest();
  }

  seal(purpose: string, content: unknown): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64url");
  }

  /** @returns undefined for whatever was not sealed here for this purpose. */
  open(purpose: string, value: string): unknown {
    if (value.length > MAX_SEALED || !/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
    const bytes = Buffer.from(value, "base64url");
    if (bytes.length <= NONCE + TAG) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, NONCE), {
      authTagLength: TAG,
    });
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-TAG));
    try {
      const plain = Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]);
      return JSON.parse(plain.toString());
    } catch {
      return undefined;
    }
  }
}
