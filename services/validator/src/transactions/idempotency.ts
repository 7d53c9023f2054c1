import type { DecisionRow, StoredDecision } from "./repository.ts";

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

export interface Recorder {
  /** Resolves once the decision is durable; `replayed` says that an earlier request had made it. */
  record(row: DecisionRow): Promise<{ decision: StoredDecision; replayed: boolean }>;
}

/**
 * Gives each key one decision. Requests of this process that share a key share one write; those of
 * other replicas meet at the unique index of the database, whose answer is the decision that was first.
 */
export function createRecorder(add: (row: DecisionRow) => Promise<StoredDecision>): Recorder {
  const pending = new Map<string, Promise<StoredDecision>>();

  return {
    async record(row) {
      const key = row.idempotencyKey;
      if (key === null) return { decision: await add(row), replayed: false };

      let write = pending.get(key);
      if (write === undefined) {
        write = add(row);
        pending.set(key, write);
        const forget = () => pending.delete(key);
        write.then(forget, forget);
      }
      const decision = await write;
      if (!decision.fingerprint.equals(row.fingerprint)) throw new KeyConflict();
      return { decision, replayed: decision.id !== row.id };
    },
  };
}
