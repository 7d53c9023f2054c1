// What may go wrong with documents, told apart without the driver: it is loaded only where there is a store of them.
import { StoreUnavailable } from "../database/errors.ts";

/** The store of documents did not take or give an answer in time; whether a write took place is unknown. */
export class DocumentsUnavailable extends StoreUnavailable {}

/** Codes of the MongoDB protocol; DocumentDB answers with the same. */
const DUPLICATE_KEY = 11_000;
const NAMESPACE_EXISTS = 48;
const WRITE_CONFLICT = 112;
const NO_SUCH_TRANSACTION = 251;
/** The document breaks a rule of its collection, or is larger than documents may be: it would for ever. */
const FAULTS_OF_DOCUMENTS = new Set([DUPLICATE_KEY, 121, 10_334]);

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

/** Whether there is a document of this key. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === DUPLICATE_KEY;
}

/** Whether the collection is there. */
export function isThere(error: unknown): boolean {
  return codeOf(error) === NAMESPACE_EXISTS;
}

/** Whether the same document would be refused again, however often it is tried. */
export function isFaultOfDocument(error: unknown): boolean {
  const code = codeOf(error);
  return typeof code === "number" && FAULTS_OF_DOCUMENTS.has(code);
}

/**
 * Whether a transaction is to begin again: another one has changed what it changes, or the server does not know it any
 * more. The latter is also what DocumentDB says when a commit is tried a second time, whatever became of the first:
 * what an attempt before has written may be there.
 * https://docs.aws.amazon.com/documentdb/latest/developerguide/transactions.html
 */
export function isTransient(error: unknown): boolean {
  const code = codeOf(error);
  return code === WRITE_CONFLICT || code === NO_SUCH_TRANSACTION;
}

/**
 * Whether the server answered, and said no. A stream that it refuses to take up where it was left off must begin anew:
 * the place is older than its log (136, 286), or of another cluster (9, 260), or the collection was made anew (280).
 */
export function isRefused(error: unknown): boolean {
  return typeof codeOf(error) === "number";
}
