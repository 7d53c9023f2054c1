// Uploads as the database keeps them: what was uploaded, who validates it, and how far it has come.
import { type Dialect, inBoth } from "../database/dialect.ts";
import type { Session } from "../database/session.ts";
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

const COLUMNS = ({ hex }: Dialect) => `id, state, format, name, bytes, ${hex("sha256")} as sha256,
  uploaded_by as "uploadedBy", uploaded_at as "uploadedAt", started_at as "startedAt", ended_at as "endedAt", total, done,
  refused, approve, review, block_and_review, decline, failure_code as "failureCode", failure,
  failure_line as "failureLine", failure_column as "failureColumn"`;

const COUNTS = ["total", "done", "refused", "approve", "review", "block_and_review", "decline"];

/** A statement that reads uploads. */
const select = (rest: string) => ({
  text: inBoth((say) => `select ${COLUMNS(say)} from uploads ${rest}`),
  numbers: ["bytes", ...COUNTS, "failureLine", "failureColumn"],
});

export interface NewUpload extends Pick<
  Upload,
  "id" | "format" | "name" | "bytes" | "sha256" | "uploadedBy"
> {
  readonly key: string | null;
  readonly at: Date;
}

const INSERT = inBoth(
  ({ unlessThere }) => `insert into uploads
    (id, state, format, name, bytes, sha256, idempotency_key, uploaded_by, uploaded_at)
    values ($1, 'queued', $2, $3, $4, $5, $6, $7, $8) ${unlessThere("bytes")}`,
);

/** May be repeated. Undefined where another upload has the key. */
export async function insertUpload(client: Session, upload: NewUpload): Promise<Upload | undefined> {
  const { id, format, name, bytes, sha256, key, uploadedBy, at } = upload;
  await client.query({
    text: INSERT,
    values: [id, format, name, bytes, Buffer.from(sha256, "hex"), key, uploadedBy, at],
  });
  return findUpload(client, id);
}

const FIND = select("where id = $1");
const FIND_BY_KEY = select("where idempotency_key = $1");

export async function findUpload(client: Session, id: string): Promise<Upload | undefined> {
  return (await client.query<Upload>({ name: "uploads.find", ...FIND, values: [id] })).rows[0];
}

export async function findByKey(client: Session, key: string): Promise<Upload | undefined> {
  return (await client.query<Upload>({ name: "uploads.key", ...FIND_BY_KEY, values: [key] })).rows[0];
}

const LIST = select(
  "where ($1::text is null or state = $1) and ($2::uuid is null or id < $2) order by id desc limit $3",
);

/** Newest first, before id `after`. */
export async function listUploads(
  client: Session,
  { state, after, limit }: { state: UploadState | undefined; after: string | undefined; limit: number },
): Promise<Upload[]> {
  return (await client.query<Upload>({ ...LIST, values: [state, after, limit] })).rows;
}

/** Ends an upload that is queued or runs; undefined where it has ended already. Rows that are decided stay so. */
export async function cancelUpload(client: Session, id: string): Promise<Upload | undefined> {
  const { rowCount } = await client.query(
    `update uploads set state = 'cancelled', ended_at = current_timestamp(6), owner = null, lease_until = null
     where id = $1 and state in ('queued', 'running')`,
    [id],
  );
  return rowCount === 1 ? findUpload(client, id) : undefined;
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

const RESULTS = inBoth(
  ({ text }) => `select r."row", r.line, r.outcome, r.decision, d.score,
      ${text("coalesce(r.reasons, d.reasons, '[]')")} as reasons
    from upload_rows r left join decisions d on d.id = r.decision
    where r.upload = $1 and r."row" > $2 order by r."row" limit $3`,
);

/** Results in order, of the rows after number `after`. */
export async function readResults(
  client: Session,
  id: string,
  after: number,
  limit: number,
): Promise<StoredRow[]> {
  const { rows } = await client.query<StoredRow>({
    name: "uploads.results",
    text: RESULTS,
    values: [id, after, limit],
    numbers: ["row", "line"],
  });
  return rows;
}
