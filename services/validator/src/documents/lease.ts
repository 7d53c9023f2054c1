// Who reads on: one replica at a time, until it says no more for some seconds. A clock that is off makes two of them, or
// none for a while; what they carry bears ids, so that two do no harm.
import type { Db, Filter, UpdateFilter } from "mongodb";

import { COLLECTIONS } from "./collections.ts";
import { isDuplicate } from "./errors.ts";

export interface PositionDocument {
  /** What is read. */
  readonly _id: string;
  readonly owner: string;
  readonly until: Date;
  /** Where the stream is taken up again; null where it begins anew. */
  readonly token: unknown;
}

/** Milliseconds for which a reader is believed to live. */
export const LEASE = 15_000;

/** Free, or one's own. */
export function free(name: string, owner: string, now: number): Filter<PositionDocument> {
  return { _id: name, $or: [{ owner }, { until: { $lt: new Date(now) } }] };
}

export function taking(owner: string, now: number): UpdateFilter<PositionDocument> {
  return { $set: { owner, until: new Date(now + LEASE) }, $setOnInsert: { token: null } };
}

const positionsOf = (db: Db) => db.collection<PositionDocument>(COLLECTIONS.positions);

/** Where to read on from; undefined where somebody else does. */
export async function take(
  db: Db,
  { name, owner, now }: { name: string; owner: string; now: number },
): Promise<PositionDocument | undefined> {
  try {
    const options = { upsert: true, returnDocument: "after" } as const;
    const taken = await positionsOf(db).findOneAndUpdate(free(name, owner, now), taking(owner, now), options);
    return taken ?? undefined;
  } catch (error) {
    // It is there and not free: so none was found, and none can be made.
    if (isDuplicate(error)) return undefined;
    throw error;
  }
}

/** Says that one lives, and how far one has come; false where somebody else reads by now. */
export async function keep(
  db: Db,
  { name, owner, now, token }: { name: string; owner: string; now: number; token: unknown },
): Promise<boolean> {
  const set = { $set: { until: new Date(now + LEASE), token: token ?? null } };
  return (await positionsOf(db).updateOne({ _id: name, owner }, set)).matchedCount > 0;
}

/** Lets others read on at once. */
export async function giveUp(db: Db, { name, owner }: { name: string; owner: string }): Promise<void> {
  await positionsOf(db).updateOne({ _id: name, owner }, { $set: { until: new Date(0) } });
}
