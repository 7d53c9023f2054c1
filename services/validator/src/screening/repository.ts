import { createHash, randomUUIDv7 } from "node:crypto";

import type { Pool, Session } from "../database/session.ts";
import { takeTurn } from "../database/turns.ts";
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

const INSERT_NAMES = {
  postgresql: `insert into screening_names (list, position, entry, name, kind, type, programs)
    select $1, given.* from json_to_recordset($2::json)
      as given (position integer, entry text, name text, kind text, type text, programs text)`,
  mysql: `insert into screening_names (list, position, entry, name, kind, type, programs)
    select $1, given.* from json_table($2, '$[*]' columns (
      position int path '$.position' error on error,
      entry varchar(255) character set utf8mb4 path '$.entry' error on error,
      name varchar(4000) character set utf8mb4 path '$.name' error on error,
      kind varchar(16) character set utf8mb4 path '$.kind' error on error,
      type varchar(255) character set utf8mb4 path '$.type' error on error,
      programs varchar(4000) character set utf8mb4 path '$.programs' error on error)) as given`,
};

/** Makes a list the current one of its source, in the client's transaction. */
export async function importList(
  client: Session,
  source: string,
  names: readonly SanctionedName[],
  importedBy: string,
): Promise<ImportedList> {
  // One import at a time: the second finds what the first has made.
  await takeTurn(client, "screening");
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
    const rows = names
      .slice(first, first + ROWS_A_STATEMENT)
      .map((name, index) => ({ position: first + index + 1, ...name }));
    await client.query({ text: INSERT_NAMES, values: [id, JSON.stringify(rows)] });
  }
  return { id, source, names: names.length, unchanged: false };
}

function digestOf(names: readonly SanctionedName[]): Buffer {
  const hash = createHash("sha256");
  for (const { entry, name, kind, type, programs } of names)
    hash.update(`${JSON.stringify([entry, name, kind, type, programs])}\n`);
  return hash.digest();
}

const INSERT_CLEARANCE = `insert into screening_clearances (id, name, entry, reason, cleared_by, until)
  values ($1, $2, $3, $4, $5, $6)`;
const RENEWED = "reason = $4, cleared_by = $5, cleared_at = current_timestamp(6), until = $6";

/** Clears a match, or changes until when it is cleared, in the client's transaction. */
export async function clearMatch(
  client: Session,
  clearance: Omit<StoredClearance, "id" | "clearedAt">,
): Promise<StoredClearance> {
  const { name, entry, reason, clearedBy, until } = clearance;
  const text = {
    postgresql: `${INSERT_CLEARANCE} on conflict (name, entry) where ended_at is null do update set ${RENEWED}`,
    mysql: `${INSERT_CLEARANCE} on duplicate key update ${RENEWED}`,
  };
  const ends = until === null ? null : new Date(until);
  await client.query({ text, values: [randomUUIDv7(), name, entry, reason, clearedBy, ends] });
  const { rows } = await client.query<ClearanceRow>(
    `select ${CLEARANCE} from screening_clearances where name = $1 and entry = $2 and ended_at is null`,
    [name, entry],
  );
  return toClearance(rows[0] as ClearanceRow);
}

/** @returns whether there was such a clearance, and it had not ended. */
export async function endClearance(client: Session, id: string, endedBy: string): Promise<boolean> {
  const { rowCount } = await client.query(
    "update screening_clearances set ended_by = $2, ended_at = current_timestamp(6) where id = $1 and ended_at is null",
    [id, endedBy],
  );
  return rowCount === 1;
}

/** Clearances that hold, in the order in which they were made; `after` is the last id of the page before. */
export async function listClearances(
  pool: Pool,
  { after = null, limit }: { readonly after?: string | null; readonly limit: number | null },
): Promise<StoredClearance[]> {
  const { rows } = await pool.query<ClearanceRow>(
    `select ${CLEARANCE} from screening_clearances
     where ended_at is null and (until is null or until > current_timestamp(6)) and ($1::uuid is null or id > $1)
     order by id ${limit === null ? "" : "limit $2"}`,
    limit === null ? [after] : [after, limit],
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
export async function currentLists(pool: Pool): Promise<{ id: string; source: string }[]> {
  const text = "select id, source from screening_lists where is_current order by source";
  return (await pool.query<{ id: string; source: string }>({ name: "screening.lists", text })).rows;
}

/** The names of a list, read page by page; their entries begin with the list's source. */
export async function* readNames(
  pool: Pool,
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
