// Snapshots as documents. What was changed is a document of its own in them, unless it has names that MongoDB's protocol
// keeps for itself: then it is its JSON.
import type { SnapshotRow } from "./repository.ts";

export interface SnapshotDocument extends Omit<SnapshotRow, "id" | "before" | "after"> {
  readonly _id: string;
  readonly before: Kept;
  readonly after: Kept;
}

type Kept = object | string | null;

/** Documents nest no deeper than a hundred levels, of which some are around them. */
const DEPTH = 90;
/** Names that are operators, paths, or the driver's own. */
const RESERVED = /^$|^\$|\.|\0|^_bsontype$/;

export function toDocument({ id, before, after, ...rest }: SnapshotRow): SnapshotDocument {
  return { _id: id, ...rest, before: kept(before), after: kept(after) };
}

export function fromDocument({ _id, before, after, ...rest }: SnapshotDocument): SnapshotRow {
  return { id: _id, ...rest, before: spelledAgain(before), after: spelledAgain(after) };
}

function kept(json: string | null): Kept {
  if (json === null) return null;
  const value: unknown = JSON.parse(json);
  return isKeptAsItIs(value, DEPTH) ? (value as object) : json;
}

function isKeptAsItIs(value: unknown, depth: number): boolean {
  // JSON knows one kind of number, and BSON several: -0 is the one that would not come back.
  if (typeof value !== "object" || value === null) return !Object.is(value, -0);
  if (depth === 0) return false;
  return Object.entries(value).every(
    ([name, each]) => (Array.isArray(value) || !RESERVED.test(name)) && isKeptAsItIs(each, depth - 1),
  );
}

function spelledAgain(value: Kept): string | null {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}
