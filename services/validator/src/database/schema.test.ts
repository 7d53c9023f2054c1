// The schemas of the engines are written by hand, each in its own words: here they are held against each other.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startMariadb, type TestMariadb, whyWithoutMariadb, withoutMariadb } from "../../test/mariadb.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { migrate } from "./migrator.ts";

let postgres: TestPostgres;
let mariadb: TestMariadb;

/** What an engine has in another way: MySQL's locks and horizon, PostgreSQL's transactions, and what keeps the steps. */
const OWN = new Set(["turns", "audit_epochs", "event_outbox.transaction_id", "schema_migrations"]);

/** Words that MySQL 8.4 reserves and MariaDB does not: https://dev.mysql.com/doc/refman/8.4/en/keywords.html */
const RESERVED =
  `cube cume_dist dense_rank empty except first_value function grouping groups json_table lag last_value
  lateral lead manual nth_value ntile of over parallel percent_rank qualify rank row row_number stored system
  tablesample virtual window`.split(/\s+/);

/** Columns that every text quotes. */
const QUOTED = new Set(["upload_rows.row"]);

interface Column {
  readonly table: string;
  readonly column: string;
  readonly nullable: string;
}

async function ofMariadb(): Promise<Column[]> {
  const { rows } = await mariadb.query(
    `select table_name as "table", column_name as "column", is_nullable as "nullable"
     from information_schema.columns where table_schema = 'validator' and generation_expression is null`,
  );
  return rows as unknown as Column[];
}

const columnsOf = (rows: readonly unknown[]) =>
  (rows as Column[])
    .filter(({ table, column }) => !OWN.has(table) && !OWN.has(`${table}.${column}`))
    .map(({ table, column, nullable }) => `${table}.${column} ${nullable}`)
    .toSorted();

describe.skipIf(withoutMariadb)(`the schema of MySQL${whyWithoutMariadb}`, () => {
  beforeAll(async () => {
    [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb()]);
    await Promise.all([postgres, mariadb].map((each) => migrate({ url: each.url(), deadline: 30_000 })));
  });
  afterAll(() => Promise.all([postgres?.stop(), mariadb?.stop()]));

  test("has the tables and columns of PostgreSQL's, and the same ones may be null", async () => {
    const { rows } = await postgres.query(
      `select table_name as "table", column_name as "column", is_nullable as "nullable"
       from information_schema.columns where table_schema = 'public'`,
    );
    expect(columnsOf(await ofMariadb())).toEqual(columnsOf(rows));
  });

  test("names no column by a word that MySQL reserves, unless it is quoted everywhere", async () => {
    const columns = (await ofMariadb()).filter(({ column }) => RESERVED.includes(column));
    expect(columns.map(({ table, column }) => `${table}.${column}`)).toEqual([...QUOTED]);
  });

  test("compares texts byte for byte, and keeps them in UTF-8", async () => {
    const { rows } = await mariadb.query(
      `select distinct collation_name as name from information_schema.columns
       where table_schema = 'validator' and collation_name is not null and table_name <> 'schema_migrations'`,
    );
    // The first is that of UUIDs, which PostgreSQL takes in capitals as well.
    const expected = new Set<unknown>(["ascii_general_ci", "ascii_bin", "utf8mb4_bin"]);
    expect(rows.map(({ name }) => name).filter((name) => !expected.has(name))).toEqual([]);
  });
});
