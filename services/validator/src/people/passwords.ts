// Argon2id (RFC 9106) in the PHC string format, and what makes a password.
import { argon2Sync, randomBytes, timingSafeEqual } from "node:crypto";

import { countedLength } from "./guessable.ts";

/** https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: 19 MiB, two passes, one lane. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1 };
const SALT = 16;
const TAG = 32;

const FORM = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Takes a whole core for a tenth of a second and more: not for the thread that answers requests. */
export function hashPasswordSync(password: string): string {
  const salt = randomBytes(SALT);
  const { memory, passes, parallelism } = PARAMETERS;
  const tag = derive(password, salt, { ...PARAMETERS, tagLength: TAG });
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encode(salt)}$${encode(tag)}`;
}

/** By the parameters that the hash was made with. */
export function isPasswordSync(password: string, stored: string): boolean {
  const [, memory, passes, parallelism, salt, tag] = FORM.exec(stored) ?? [];
  if (salt === undefined || tag === undefined) return false;
  const expected = Buffer.from(tag, "base64");
  const parameters = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const found = derive(password, Buffer.from(salt, "base64"), { ...parameters, tagLength: expected.length });
  return timingSafeEqual(found, expected);
}

function derive(
  password: string,
  nonce: Buffer,
  parameters: typeof PARAMETERS & { tagLength: number },
): Buffer {
  return argon2Sync("argon2id", { ...parameters, nonce, message: Buffer.from(normal(password)) });
}

/** One form for what keyboards send in several (NIST SP 800-63B-4, section 3.1.1.2). */
function normal(password: string): string {
  return password.normalize("NFKC");
}

const encode = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");

/** Of no password: compared with where there is nobody, so that the answer takes as long. */
export const NOBODYS_HASH = `$argon2id$v=19$m=${PARAMETERS.memory},t=${PARAMETERS.passes},p=${PARAMETERS.parallelism}$${encode(Buffer.alloc(SALT))}$${encode(Buffer.alloc(TAG))}`;

export const PASSWORD_LENGTH = { least: 12, most: 256 };
/** Fewer different characters are a pattern, not a password. */
const LEAST_DIFFERENT = 5;
/** Fewer, as who guesses counts them, are found early. */
const LEAST_COUNTED = 8;

/** What is wrong with a password that somebody has chosen; length, and no rules about kinds of characters. */
export function passwordProblem(password: string, name: string): string | undefined {
  const { least, most } = PASSWORD_LENGTH;
  const characters = [...normal(password)];
  if (characters.length < least || characters.length > most)
    return `must have ${least} to ${most} characters`;
  if (new Set(characters).size < LEAST_DIFFERENT)
    return `must have at least ${LEAST_DIFFERENT} different characters`;
  if (countedLength(normal(password)) < LEAST_COUNTED)
    return "must be less easily guessed: common words, years and runs such as 1234 count as one character each";
  const [lower, own] = [normal(password).toLowerCase(), name.split("@")[0] ?? name];
  if (own.length > 3 && lower.includes(own)) return "must not have the name in it";
  return undefined;
}
