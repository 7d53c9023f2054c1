// Time-based one-time passwords (RFC 6238) as authenticators make them: SHA-1, 30 seconds, six digits. The algorithm is
// a dozen lines on node:crypto; a library would be more to keep up than it saves.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const STEP = 30_000;
const DIGITS = 6;
/** Steps before and after the present one whose codes are taken: clocks differ, and people type slowly. */
const DRIFT = 1;
/** Bytes of a secret, as long as the hash (RFC 4226, section 4, R6). */
const SECRET = 20;

export function makeTotpSecret(): Buffer {
  return randomBytes(SECRET);
}

/** The number of the time step at `now`, milliseconds since 1970. */
export function stepAt(now: number): number {
  return Math.floor(now / STEP);
}

/** HOTP (RFC 4226, section 5.3) of a time step. */
export function codeOf(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const offset = (digest.at(-1) as number) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** DIGITS).padStart(DIGITS, "0");
}

/**
 * The newest time step near `now` that the code is of; undefined where there is none. Whether the step was taken before
 * is for the caller to know.
 */
export function matchStep(secret: Buffer, code: string, now: number): number | undefined {
  const given = Buffer.from(code.padEnd(DIGITS).slice(0, DIGITS));
  const present = stepAt(now);
  let found: number | undefined;
  // All are compared whichever fits: how long it takes tells nothing.
  for (let step = present - DRIFT; step <= present + DRIFT; step++) {
    const expected = Buffer.from(codeOf(secret, step));
    if (expected.length === given.length && timingSafeEqual(expected, given)) found = step;
  }
  return code.length === DIGITS ? found : undefined;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648, section 6, without padding, as authenticators take it. */
export function base32(bytes: Buffer): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
  }
  return bits === 0 ? text : text + ALPHABET[(value << (5 - bits)) & 31];
}

/** What an authenticator scans (https://github.com/google/google-authenticator/wiki/Key-Uri-Format). */
export function otpauthUri(name: string, secret: Buffer): string {
  return `otpauth://totp/validator:${encodeURIComponent(name)}?secret=${base32(secret)}&issuer=validator`;
}
