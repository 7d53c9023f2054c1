// How a change stream is opened, and what to do when it ends: plain decisions, apart from the stream itself.
import type {
  ChangeStreamDocument,
  ChangeStreamInsertDocument,
  ChangeStreamOptions,
  Document,
} from "mongodb";

import { isRefused } from "./errors.ts";

/** The stream has ended by itself: its collection was dropped or renamed. */
export class StreamEnded extends Error {
  constructor() {
    super("The change stream has ended.");
  }
}

/** Milliseconds that the server waits at most for a change before it says that there is none. */
const AWAIT = 1000;

export const OPENING = {
  /** What is carried away is deleted, which is no news; whatever else happens to the collection ends the stream. */
  pipeline: [{ $match: { operationType: { $nin: ["delete", "update"] } } }],
  /** A token that is undefined begins with what happens from now on. `timeout` is how long an answer may take. */
  options: (token: unknown, timeout: number): ChangeStreamOptions => ({
    ...(token === undefined ? {} : { resumeAfter: token }),
    maxAwaitTimeMS: Math.min(AWAIT, Math.floor(timeout / 2)),
    readPreference: "primary",
  }),
};

export function isInsert<Entry extends Document>(
  change: ChangeStreamDocument<Document>,
): change is ChangeStreamInsertDocument<Entry> {
  return change.operationType === "insert";
}

/**
 * What follows the end of a stream, by what ended it and whether it had a place: a token, or had been opened.
 * - `resume`: nobody answered; it goes on from its token.
 * - `begin anew`: the server does not know the place any more (its log is older, or it is another cluster), or the
 *   collection was made anew. What is in the collection is looked through, so that nothing is lost.
 * - `look`: the server refuses to open any: there are no streams, or they were not enabled for the collection.
 */
export function afterTrouble(error: unknown, hadPlace: boolean): "resume" | "begin anew" | "look" {
  if (error instanceof StreamEnded) return "begin anew";
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!isRefused(cause)) return "resume";
  return hadPlace ? "begin anew" : "look";
}
