import { createHash, randomUUIDv7 } from "node:crypto";

import type pg from "pg";

import type { ListedName } from "./name-index.ts";
import type { SanctionedName } from "./sdn.ts";
import type { Clearance } from "./screener.ts";

/** What was imported. */
export interface ImportedList {
  readonly id: string;
  readonly source: string;
  readonly names: number;
  /** Whether the same list was the current one already; then nothing was done. */
  readonly unchanged: boolean;
}

export interface StoredClearance extends Clearance {
  readonly id: string;
  readonly reason: string;
  readonly clearedBy: string;
  /** Milliseconds since 1970. */
  readonly clearedAt: number;
}

/** Names that go to the database in one statement. */
const ROWS_A_STATEMENT = 5000;

/** Makes a list the current one of its source, in the client's transaction. */
export async function importList(
  client: pg.ClientBase,
  source: string,
  names: readonly SanctionedName[],
  importedBy: string,
): Promise<ImportedList> {
  // One import of a source at a time: the second finds what the first has made.
  await client.query("select pg_advisory_xact_lock(hashtextextended('screening ' || $1, 0))", [source]);
  const digest = digestOf(names);
  const current = await client.query<{ id: string; digest: Buffer }>(
    "select id, digest from screening_lists where source = $1 and is_current",
    [source],
  );
  const [held] = current.rows;
  if (held?.digest.equals(digest)) return { id: held.id, source, names: names.length, unchanged: true };

  const id = randomUUIDv7();
  await client.query("update screening_lists set is_current = false where source = $1 and is_current", [
    source,
  ]);
  await client.query(
    "insert into screening_lists (id, source, digest, names, imported_by, is_current) values ($1, $2, $3, $4, $5, true)",
    [id, source, digest, names.length, importedBy],
  );
  for (let first = 0; first < names.length; first += ROWS_A_STATEMENT) {
    const rows = names.slice(first, first + ROWS_A_STATEMENT);
    await client.query(
      `insert into screening_names (list, position, entry, name, kind, type, programs)
       select $1, $2 + row.ordinality, row.entry, row.name, row.kind, row.type, row.programs
       from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
         with ordinality as row (entry, name, kind, type, programs, ordinality)`,
      [
        id,
        first,
        rows.map(({ entry }) => entry),
        rows.map(({ name }) => name),
        rows.map(({ kind }) => kind),
        rows.map(({ type }) => type),
        rows.map(({ programs }) => programs),
      ],
    );
  }
  return { id, source, names: names.length, unchanged: false };
}

function digestOf(names: readonly SanctionedName[]): Buffer {
  const hash = createHash("sha256");
  for (const { entry, name, kind, type, programs } of names)
    hash.update(`${JSON.stringify([entry, name, kind, type, programs])}\n`);
  return hash.digest();
}

/** Clears a match, or changes until when it is cleared, in the client's transaction. */
export async function clearMatch(
  client: pg.ClientBase,
  clearance: Omit<StoredClearance, "id" | "clearedAt">,
): Promise<StoredClearance> {
  const { name, entry, reason, clearedBy, until } = clearance;
  const { rows } = await client.query<ClearanceRow>(
    `insert into screening_clearances (id, name, entry, reason, cleared_by, until) values ($1, $2, $3, $4, $5, $6)
     on conflict (name, entry) where ended_at is null
     do update set reason = excluded.reason, cleared_by = excluded.cleared_by, cleared_at = now(), until = excluded.until
     returning ${CLEARANCE}`,
    [randomUUIDv7(), name, entry, reason, clearedBy, until === null ? null : new Date(until)],
  );
  return toClearance(rows[0] as ClearanceRow);
}

/** @returns whether there was such a clearance, and it had not ended. */
export async function endClearance(client: pg.ClientBase, id: string, endedBy: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "update screening_clearances set ended_by = $2, ended_at = now() where id = $1 and ended_at is null",
    [id, endedBy],
  );
  return rowCount === 1;
}

/** Clearances that hold, in the order in which they were made; `after` is the last id of the page before. */
export async function listClearances(
  pool: pg.Pool,
  { after = null, limit }: { readonly after?: string | null; readonly limit: number | null },
): Promise<StoredClearance[]> {
  const { rows } = await pool.query<ClearanceRow>(
    `select ${CLEARANCE} from screening_clearances
     where ended_at is null and (until is null or until > now()) and ($1::uuid is null or id > $1)
     order by id limit $2`,
    [after, limit],
  );
  return rows.map(toClearance);
}

function toClearance({ cleared_by, cleared_at, until, ...rest }: ClearanceRow): StoredClearance {
  return { ...rest, clearedBy: cleared_by, clearedAt: cleared_at.getTime(), until: until?.getTime() ?? null };
}

const CLEARANCE = "id, name, entry, reason, cleared_by, cleared_at, until";

interface ClearanceRow {
  id: string;
  name: string;
  entry: string;
  reason: string;
  cleared_by: string;
  cleared_at: Date;
  until: Date | null;
}

/** The current lists. */
export async function currentLists(pool: pg.Pool): Promise<{ id: string; source: string }[]> {
  const text = "select id, source from screening_lists where is_current order by source";
  return (await pool.query<{ id: string; source: string }>({ name: "screening.lists", text })).rows;
}

/** The names of a list, read page by page; their entries begin with the list's source. */
export async function* readNames(
  pool: pg.Pool,
  { id, source }: { readonly id: string; readonly source: string },
): AsyncGenerator<ListedName> {
  for (let after = 0; ; after += ROWS_A_STATEMENT) {
    const { rows } = await pool.query<ListedName>(
      `select entry, name from screening_names
       where list = $1 and position > $2 and position <= $2 + ${ROWS_A_STATEMENT} order by position`,
      [id, after],
    );
    for (const { entry, name } of rows) yield { entry: `${source} ${entry}`, name };
    if (rows.length < ROWS_A_STATEMENT) return;
  }
}
