// Snapshots in the database: until they are moved, and for good where there is no store of documents.
import type { Session } from "../database/session.ts";
import type { Snapshot } from "./snapshot.ts";

/** A snapshot with its documents as JSON, byte for byte. */
export interface SnapshotRow extends Omit<Snapshot, "before" | "after"> {
  readonly before: string | null;
  readonly after: string | null;
}

const COLUMNS = `id, subject, version, act, actor, at, before_document as "before", after_document as "after"`;

export async function insertSnapshot(session: Session, row: Omit<SnapshotRow, "at">): Promise<void> {
  const { id, subject, version, act, actor, before, after } = row;
  await session.query({
    name: "snapshots.insert",
    text: `insert into audit_snapshots (id, subject, version, act, actor, at, before_document, after_document)
           values ($1, $2, $3, $4, $5, current_timestamp(6), $6, $7)`,
    values: [id, subject, version, act, actor, before, after],
  });
}

/** The oldest above `after`. */
export async function readSnapshots(
  session: Session,
  after: string | undefined,
  limit: number,
): Promise<SnapshotRow[]> {
  const { rows } = await session.query<SnapshotRow>({
    text: `select ${COLUMNS} from audit_snapshots ${after === undefined ? "" : "where id > $2"}
           order by id limit $1`,
    values: [limit, ...(after === undefined ? [] : [after])],
    numbers: ["version"],
  });
  return rows;
}

export async function deleteSnapshots(session: Session, ids: readonly string[]): Promise<void> {
  await session.query("delete from audit_snapshots where id = any($1::uuid[])", [ids]);
}

/** Newest first, below `after`. */
export async function listSnapshots(
  session: Session,
  { subject, after, limit }: { subject: string; after: string | undefined; limit: number },
): Promise<SnapshotRow[]> {
  const { rows } = await session.query<SnapshotRow>({
    text: `select ${COLUMNS} from audit_snapshots
           where subject = $1 ${after === undefined ? "" : "and id < $3"} order by id desc limit $2`,
    values: [subject, limit, ...(after === undefined ? [] : [after])],
    numbers: ["version"],
  });
  return rows;
}
