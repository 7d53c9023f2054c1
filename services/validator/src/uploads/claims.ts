// Who validates an upload. A claim is a lease: it lasts as long as it is renewed, and then anybody may take it over.
import { inBoth } from "../database/dialect.ts";
import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { emit } from "../events/outbox.ts";
import type { Outcome } from "../transactions/reasons.ts";
import type { Place } from "./formats/row.ts";
import type { Upload } from "./repository.ts";

/** An upload that is this owner's to validate, as its last row left it. */
export interface ClaimedUpload extends Pick<Upload, "id" | "format" | "total" | "done"> {
  readonly owner: string;
  /** Claims since the last progress, this one included. */
  readonly attempts: number;
}

/** Milliseconds without a renewal after which an upload may be taken over. */
const LEASE = 15_000;

const IS_FREE =
  "state in ('queued', 'running') and (lease_until is null or lease_until < current_timestamp(6))";

const CLAIM = inBoth(
  ({ after }) => `update uploads
    set state = 'running', owner = $2, lease_until = ${after("current_timestamp(6)", "$3::integer")},
      attempts = attempts + 1, started_at = coalesce(started_at, current_timestamp(6))
    where id = $1 and ${IS_FREE}`,
);

const CLAIMED = {
  name: "uploads.claimed",
  text: "select id, format, owner, attempts, total, done from uploads where id = $1 and owner = $2",
  numbers: ["total", "done"],
};

/** Takes an upload that nobody validates; undefined where somebody does, or where it has ended. */
export async function claimUpload(pool: Pool, id: string, owner: string): Promise<ClaimedUpload | undefined> {
  return inTransaction(pool, "write", async (session) => {
    const values = [id, owner, LEASE];
    const { rowCount } = await session.query({ name: "uploads.claim", text: CLAIM, values });
    if (rowCount === 0) return undefined;
    return (await session.query<ClaimedUpload>({ ...CLAIMED, values: [id, owner] })).rows[0];
  });
}

/** Uploads that wait for somebody, the oldest first. */
export async function listFree(pool: Pool, limit: number): Promise<string[]> {
  const text = `select id from uploads where ${IS_FREE} order by uploaded_at, id limit $1`;
  return (await pool.query<{ id: string }>({ name: "uploads.free", text, values: [limit] })).rows.map(
    ({ id }) => id,
  );
}

type Owned = Pick<ClaimedUpload, "id" | "owner">;

const OWNED = "id = $1 and owner = $2 and state = 'running'";

const RENEW = inBoth(
  ({ after }) =>
    `update uploads set lease_until = ${after("current_timestamp(6)", "$3::integer")} where ${OWNED}`,
);

/** Keeps the claim for another lease; false where it is no longer the owner's. */
export async function renewClaim(pool: Pool, { id, owner }: Owned): Promise<boolean> {
  return (
    (await pool.query({ name: "uploads.renew", text: RENEW, values: [id, owner, LEASE] })).rowCount === 1
  );
}

/** The whole file was read and is sound. False where the claim is lost. */
export async function saveTotal(pool: Pool, { id, owner }: Owned, total: number): Promise<boolean> {
  const text = `update uploads set total = $3, attempts = 0 where ${OWNED}`;
  return (await pool.query({ name: "uploads.total", text, values: [id, owner, total] })).rowCount === 1;
}

export interface RowResult {
  readonly row: number;
  readonly line: number;
  readonly outcome: Outcome | "refused";
  readonly decision: string | null;
  /** JSON of a refused row. */
  readonly reasons: string | null;
}

const OUTCOMES = ["refused", "approve", "review", "block_and_review", "decline"] as const;

const ADVANCE = inBoth(
  ({ after }) => `update uploads set
      lease_until = ${after("current_timestamp(6)", "$4::integer")}, attempts = 0, done = done + $5::integer,
      ${OUTCOMES.map((name, index) => `${name} = ${name} + $${index + 6}::integer`).join(", ")}
    where ${OWNED} and done = $3`,
);

const INSERT_ROWS = {
  postgresql: `insert into upload_rows (upload, "row", line, outcome, decision, reasons)
    select upload, "row", line, outcome, decision, reasons::json
    from json_to_recordset($1) as result
      (upload uuid, "row" bigint, line bigint, outcome text, decision uuid, reasons text)`,
  mysql: `insert into upload_rows (upload, "row", line, outcome, decision, reasons)
    select upload, "row", line, outcome, decision, reasons
    from json_table($1, '$[*]' columns (
      upload char(36) path '$.upload', "row" bigint path '$.row', line bigint path '$.line',
      outcome varchar(32) path '$.outcome', decision char(36) path '$.decision', reasons longtext path '$.reasons'
    )) as result`,
};

/**
 * Stores the results of the rows after number `done`, all of them, so that no row is stored twice and none is left out;
 * false where the claim is lost, and none is stored.
 */
export async function saveRows(
  pool: Pool,
  { id, owner }: Owned,
  done: number,
  results: readonly RowResult[],
): Promise<boolean> {
  const counts = OUTCOMES.map((name) => results.filter(({ outcome }) => outcome === name).length);
  return inTransaction(pool, "write", async (session) => {
    const values = [id, owner, done, LEASE, results.length, ...counts];
    if ((await session.query({ name: "uploads.advance", text: ADVANCE, values })).rowCount === 0)
      return false;
    const rows = JSON.stringify(results.map((result) => ({ upload: id, ...result })));
    await session.query({ name: "uploads.rows", text: INSERT_ROWS, values: [rows] });
    return true;
  });
}

export async function finishUpload(pool: Pool, { id, owner }: Owned): Promise<void> {
  const text = `update uploads set state = 'done', ended_at = current_timestamp(6), owner = null, lease_until = null
    where ${OWNED} and done = total`;
  await inTransaction(pool, "write", async (session) => {
    const { rowCount } = await session.query({ name: "uploads.finish", text, values: [id, owner] });
    if (rowCount === 0) return;
    const { rows } = await session.query<{ total: number }>({
      text: "select total from uploads where id = $1",
      values: [id],
      numbers: ["total"],
    });
    const detail = { upload: id, rows: rows[0]?.total ?? 0 };
    await emit(session, "upload.validated", { subject: `uploads/${id}` }, detail);
  });
}

export async function failUpload(
  pool: Pool,
  { id, owner }: Owned,
  { code, message, place }: { code: string; message: string; place: Place | undefined },
): Promise<void> {
  const text = `update uploads
    set state = 'failed', failure_code = $3, failure = $4, failure_line = $5, failure_column = $6, ended_at = current_timestamp(6),
      owner = null, lease_until = null
    where ${OWNED}`;
  const values = [id, owner, code, message, place?.line, place?.column];
  await inTransaction(pool, "write", async (session) => {
    const { rowCount } = await session.query({ name: "uploads.fail", text, values });
    if (rowCount === 1)
      await emit(session, "upload.failed", { subject: `uploads/${id}` }, { upload: id, code });
  });
}

const RELEASE = inBoth(
  ({ after }) => `update uploads
    set owner = null, lease_until = ${after("current_timestamp(6)", "$3::integer")},
      attempts = greatest(attempts - $4::integer, 0)
    where ${OWNED}`,
);

/** Lets somebody go on after `wait` milliseconds. An attempt that ended by no fault of the upload does not count. */
export async function releaseClaim(
  pool: Pool,
  { id, owner }: Owned,
  { wait, countsAsAttempt }: { wait: number; countsAsAttempt: boolean },
): Promise<void> {
  await pool.query({
    name: "uploads.release",
    text: RELEASE,
    values: [id, owner, wait, countsAsAttempt ? 0 : 1],
  });
}
