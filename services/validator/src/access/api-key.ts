import { hash, randomBytes, randomInt } from "node:crypto";

const FORM = /^vk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;
const ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The two halves of `vk_<id>_<secret>`: by the public one it is found, the other one proves it. */
export interface ApiKey {
  readonly id: string;
  /** 256 random bits in base64url. */
  readonly secret: string;
}

export function makeApiKey(): ApiKey {
  const id = Array.from({ length: 12 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("");
  return { id, secret: randomBytes(32).toString("base64url") };
}

export function formatApiKey({ id, secret }: ApiKey): string {
  return `vk_${id}_${secret}`;
}

/** Undefined for what is no key. */
export function parseApiKey(text: string): ApiKey | undefined {
  const [, id, secret] = FORM.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** SHA-256: all that is kept of a secret. */
export function hashSecret(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}
