// Uploads as PostgreSQL keeps them: what was uploaded, who validates it, and how far it has come.
import type pg from "pg";

import type { UploadFormat } from "./formats/row.ts";

export const UPLOAD_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type UploadState = (typeof UPLOAD_STATES)[number];

export interface Upload {
  readonly id: string;
  readonly state: UploadState;
  readonly format: UploadFormat;
  readonly name: string | null;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly uploadedBy: string;
  readonly uploadedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Rows of the file; null until all of it was read and found sound. */
  readonly total: number | null;
  readonly done: number;
  readonly refused: number;
  readonly approve: number;
  readonly review: number;
  readonly block_and_review: number;
  readonly decline: number;
  readonly failureCode: string | null;
  readonly failure: string | null;
  readonly failureLine: number | null;
  readonly failureColumn: number | null;
}

type Client = pg.Pool | pg.ClientBase;

const UPLOAD = `id, state, format, name, bytes::float8 as bytes, encode(sha256, 'hex') as sha256, uploaded_by as "uploadedBy",
  uploaded_at as "uploadedAt", started_at as "startedAt", ended_at as "endedAt", total::float8 as total,
  done::float8 as done, refused::float8 as refused, approve::float8 as approve, review::float8 as review,
  block_and_review::float8 as block_and_review, decline::float8 as decline, failure_code as "failureCode", failure,
  failure_line::float8 as "failureLine", failure_column::float8 as "failureColumn"`;

export interface NewUpload extends Pick<
  Upload,
  "id" | "format" | "name" | "bytes" | "sha256" | "uploadedBy"
> {
  readonly key: string | null;
  readonly at: Date;
}

/** May be repeated. Undefined where another upload has the key. */
export async function insertUpload(client: Client, upload: NewUpload): Promise<Upload | undefined> {
  const { id, format, name, bytes, sha256, key, uploadedBy, at } = upload;
  await client.query(
    `insert into uploads (id, state, format, name, bytes, sha256, idempotency_key, uploaded_by, uploaded_at)
     values ($1, 'queued', $2, $3, $4, decode($5, 'hex'), $6, $7, $8) on conflict do nothing`,
    [id, format, name, bytes, sha256, key, uploadedBy, at],
  );
  return findUpload(client, id);
}

export async function findUpload(client: Client, id: string): Promise<Upload | undefined> {
  const text = `select ${UPLOAD} from uploads where id = $1`;
  return (await client.query<Upload>({ name: "uploads.find", text, values: [id] })).rows[0];
}

export async function findByKey(client: Client, key: string): Promise<Upload | undefined> {
  const text = `select ${UPLOAD} from uploads where idempotency_key = $1`;
  return (await client.query<Upload>({ name: "uploads.key", text, values: [key] })).rows[0];
}

/** Newest first, before id `after`. */
export async function listUploads(
  client: Client,
  { state, after, limit }: { state: UploadState | undefined; after: string | undefined; limit: number },
): Promise<Upload[]> {
  const { rows } = await client.query<Upload>(
    `select ${UPLOAD} from uploads
     where ($1::text is null or state = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [state, after, limit],
  );
  return rows;
}

/** Ends an upload that is queued or runs; undefined where it has ended already. Rows that are decided stay so. */
export async function cancelUpload(client: Client, id: string): Promise<Upload | undefined> {
  const { rows } = await client.query<Upload>(
    `update uploads set state = 'cancelled', ended_at = now(), owner = null, lease_until = null
     where id = $1 and state in ('queued', 'running') returning ${UPLOAD}`,
    [id],
  );
  return rows[0];
}

/** A row with its result as JSON text. */
export interface StoredRow {
  readonly row: number;
  readonly line: number;
  readonly outcome: string;
  readonly decision: string | null;
  readonly score: number | null;
  readonly reasons: string;
}

/** Results in order, of the rows after number `after`. */
export async function readResults(
  client: Client,
  id: string,
  after: number,
  limit: number,
): Promise<StoredRow[]> {
  const { rows } = await client.query<StoredRow>({
    name: "uploads.results",
    text: `select r.row::float8 as row, r.line::float8 as line, r.outcome, r.decision, d.score,
             coalesce(r.reasons, d.reasons, '[]')::text as reasons
           from upload_rows r left join decisions d on d.id = r.decision
           where r.upload = $1 and r.row > $2 order by r.row limit $3`,
    values: [id, after, limit],
  });
  return rows;
}
