/** The key was used with another body. */
export class KeyConflict extends Error {
  constructor() {
    super("The idempotency key was used with another transaction.");
  }
}

/**
 * Reads an Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header): a structured-field
 * string (RFC 9651), or the bare key that most clients send; both spellings are the same key.
 * Undefined where it is neither, or not 1 to 255 visible ASCII characters.
 */
export function readIdempotencyKey(header: string): string | undefined {
  const quoted = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/.exec(header);
  const key = quoted ? (quoted[1] as string).replaceAll(/\\(["\\])/g, "$1") : header;
  if (!quoted && header.includes('"')) return undefined;
  return /^[!-~]{1,255}$/.test(key) ? key : undefined;
}
