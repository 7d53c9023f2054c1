import { type Access, inSession, query, type Session } from "../connection.ts";

/** What was read of a restored copy. */
export interface Read {
  readonly tables: number;
  readonly rows: number;
  readonly indexes: number;
}

/** One catalogue or table must not take for ever; all of a large database may take long. */
const READ_WITHIN_MS = 3_600_000;

/**
 * Reads every row of every table, catalogues and out-of-line values included, and checks every B-tree index: pages are
 * compared with their checksums as they are read, and an index with its order.
 * https://www.postgresql.org/docs/15/checksums.html, https://www.postgresql.org/docs/15/amcheck.html
 * @param access the superuser's, to a copy that nobody else uses
 * @throws the error of the first page that is not as it was written
 */
export async function readEverything(access: Access): Promise<Read> {
  const databases = await query<{ name: string }>(
    access,
    READ_WITHIN_MS,
    "SELECT datname AS name FROM pg_database WHERE datallowconn ORDER BY datname",
  );
  const total = { tables: 0, rows: 0, indexes: 0 };
  for (const { name } of databases) {
    const read = await inSession({ ...access, database: name }, READ_WITHIN_MS, readDatabase);
    for (const key of ["tables", "rows", "indexes"] as const) total[key] += read[key];
  }
  return total;
}

async function readDatabase(session: Session): Promise<Read> {
  const { rows: tables } = await session.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class
     WHERE relkind IN ('r', 'm', 't') AND relpersistence = 'p' ORDER BY oid`,
  );
  let counted = 0;
  for (const { name } of tables) {
    const { rows } = await session.query<{ count: string }>(`SELECT count(*) FROM ONLY ${name}`);
    counted += Number(rows[0]?.count);
  }
  return { tables: tables.length, rows: counted, indexes: await checkIndexes(session) };
}

/** How many there were; none where this PostgreSQL comes without amcheck. */
async function checkIndexes(session: Session): Promise<number> {
  const { rowCount } = await session.query("SELECT FROM pg_available_extensions WHERE name = 'amcheck'");
  if (rowCount === 0) return 0;
  const schema = await amcheckSchema(session);
  const { rows } = await session.query(
    `SELECT ${schema}.bt_index_check(index => pg_index.indexrelid) FROM pg_index
     JOIN pg_class ON pg_class.oid = pg_index.indexrelid JOIN pg_am ON pg_am.oid = pg_class.relam
     WHERE pg_am.amname = 'btree' AND pg_class.relkind = 'i' AND pg_class.relpersistence = 'p'
       AND pg_index.indisready AND pg_index.indisvalid`,
  );
  return rows.length;
}

/** The schema that amcheck is in, or is put in: nothing of the database's own may be in its way. */
async function amcheckSchema(session: Session): Promise<string> {
  const find = `SELECT extnamespace::regnamespace::text AS schema FROM pg_extension WHERE extname = 'amcheck'`;
  const { rows } = await session.query<{ schema: string }>(find);
  if (rows[0]) return rows[0].schema;
  await session.query("CREATE SCHEMA plumbline_amcheck");
  await session.query("CREATE EXTENSION amcheck SCHEMA plumbline_amcheck");
  return "plumbline_amcheck";
}
