// Who validates an upload. A claim is a lease: it lasts as long as it is renewed, and then anybody may take it over.
import type pg from "pg";

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

const IS_FREE = "state in ('queued', 'running') and (lease_until is null or lease_until < now())";

/** Takes an upload that nobody validates; undefined where somebody does, or where it has ended. */
export async function claimUpload(
  pool: pg.Pool,
  id: string,
  owner: string,
): Promise<ClaimedUpload | undefined> {
  const text = `update uploads
    set state = 'running', owner = $2, lease_until = now() + $3 * interval '1 millisecond', attempts = attempts + 1,
      started_at = coalesce(started_at, now())
    where id = $1 and ${IS_FREE}
    returning id, format, owner, attempts, total::float8 as total, done::float8 as done`;
  return (await pool.query<ClaimedUpload>({ name: "uploads.claim", text, values: [id, owner, LEASE] }))
    .rows[0];
}

/** Uploads that wait for somebody, the oldest first. */
export async function listFree(pool: pg.Pool, limit: number): Promise<string[]> {
  const text = `select id from uploads where ${IS_FREE} order by uploaded_at, id limit $1`;
  return (await pool.query<{ id: string }>({ name: "uploads.free", text, values: [limit] })).rows.map(
    ({ id }) => id,
  );
}

type Owned = Pick<ClaimedUpload, "id" | "owner">;

const OWNED = "id = $1 and owner = $2 and state = 'running'";

/** Keeps the claim for another lease; false where it is no longer the owner's. */
export async function renewClaim(pool: pg.Pool, { id, owner }: Owned): Promise<boolean> {
  const text = `update uploads set lease_until = now() + $3 * interval '1 millisecond' where ${OWNED}`;
  return (await pool.query({ name: "uploads.renew", text, values: [id, owner, LEASE] })).rowCount === 1;
}

/** The whole file was read and is sound. False where the claim is lost. */
export async function saveTotal(pool: pg.Pool, { id, owner }: Owned, total: number): Promise<boolean> {
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

// One statement: either all of it takes place or nothing, so that no row is stored twice and none is left out.
const SAVE_ROWS = `
  with saved as (
    select * from unnest($4::bigint[], $5::bigint[], $6::text[], $7::uuid[], $8::json[])
      as t (row, line, outcome, decision, reasons)
  ), claim as (
    update uploads set
      lease_until = now() + $9 * interval '1 millisecond', attempts = 0, done = done + cardinality($4),
      ${["refused", "approve", "review", "block_and_review", "decline"]
        .map((name) => `${name} = ${name} + (select count(*) from saved where outcome = '${name}')`)
        .join(", ")}
    where ${OWNED} and done = $3 returning id
  )
  insert into upload_rows (upload, row, line, outcome, decision, reasons)
  select claim.id, saved.* from claim, saved`;

/** Stores the results of the rows after number `done`, all of them; false where the claim is lost, and none is stored. */
export async function saveRows(
  pool: pg.Pool,
  { id, owner }: Owned,
  done: number,
  results: readonly RowResult[],
): Promise<boolean> {
  const column = <Name extends keyof RowResult>(name: Name) => results.map((result) => result[name]);
  const columns = [column("row"), column("line"), column("outcome"), column("decision"), column("reasons")];
  const values = [id, owner, done, ...columns, LEASE];
  return (await pool.query({ name: "uploads.rows", text: SAVE_ROWS, values })).rowCount === results.length;
}

export async function finishUpload(pool: pg.Pool, { id, owner }: Owned): Promise<void> {
  const text = `update uploads set state = 'done', ended_at = now(), owner = null, lease_until = null
    where ${OWNED} and done = total`;
  await pool.query({ name: "uploads.finish", text, values: [id, owner] });
}

export async function failUpload(
  pool: pg.Pool,
  { id, owner }: Owned,
  { code, message, place }: { code: string; message: string; place: Place | undefined },
): Promise<void> {
  const text = `update uploads
    set state = 'failed', failure_code = $3, failure = $4, failure_line = $5, failure_column = $6, ended_at = now(),
      owner = null, lease_until = null
    where ${OWNED}`;
  const values = [id, owner, code, message, place?.line, place?.column];
  await pool.query({ name: "uploads.fail", text, values });
}

/** Lets somebody go on after `wait` milliseconds. An attempt that ended by no fault of the upload does not count. */
export async function releaseClaim(
  pool: pg.Pool,
  { id, owner }: Owned,
  { wait, countsAsAttempt }: { wait: number; countsAsAttempt: boolean },
): Promise<void> {
  const text = `update uploads
    set owner = null, lease_until = now() + $3 * interval '1 millisecond', attempts = greatest(attempts - $4, 0)
    where ${OWNED}`;
  await pool.query({ name: "uploads.release", text, values: [id, owner, wait, countsAsAttempt ? 0 : 1] });
}
