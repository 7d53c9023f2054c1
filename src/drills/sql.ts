import { createConnection } from "mysql2";
import pg from "pg";
import { SEQUENCE_DIGITS } from "#load/request.ts";

const PATIENCE_MS = 10_000;

/** What a drill asks of a database, in the words of each kind. */
interface Dialect {
  /** The drills' own table: what a drill that was killed has left there goes with the next one. */
  readonly drillTable: string;
  readonly create: readonly string[];
  readonly drop: string;
  /** Whether that table is there: one row with one value, or none. */
  readonly isThere: string;
  /** The numbers of a run, digits, that stand in a column of a table. */
  readonly written: (place: { readonly table: string; readonly column: string }, run: string) => string;
}

/** Names are of an architecture's example; a quote in one is doubled. */
const quoted = (quote: string) => (name: string) =>
  `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;

const POSTGRESQL: Dialect = {
  drillTable: "plumbline_drill.writes",
  create: [
    "drop schema if exists plumbline_drill cascade",
    "create schema plumbline_drill",
    "create table plumbline_drill.writes (number bigint not null)",
  ],
  drop: "drop schema if exists plumbline_drill cascade",
  isThere: "select 1 where to_regclass('plumbline_drill.writes') is not null",
  written: ({ table, column }, run) => {
    const name = quoted('"');
    const text = `${name(column)}::text`;
    return `select substring(${text} from '${run}([0-9]{${SEQUENCE_DIGITS}})') from ${name(table)}
      where ${text} like '%${run}%'`;
  },
};

/** A schema is a database there, and services have one only: the table stands among theirs. */
const MYSQL: Dialect = {
  drillTable: "plumbline_drill_writes",
  create: [
    "drop table if exists plumbline_drill_writes",
    "create table plumbline_drill_writes (id bigint auto_increment primary key, number bigint not null)",
  ],
  drop: "drop table if exists plumbline_drill_writes",
  isThere: "show tables like 'plumbline\\_drill\\_writes'",
  written: ({ table, column }, run) => {
    const name = quoted("`");
    const found = `regexp_substr(${name(column)}, '${run}[0-9]{${SEQUENCE_DIGITS}}')`;
    return `select right(${found}, ${SEQUENCE_DIGITS}) from ${name(table)} where ${name(column)} like '%${run}%'`;
  },
};

export function dialectOf(url: string): Dialect {
  return isMysql(url) ? MYSQL : POSTGRESQL;
}

export function isMysql(url: string): boolean {
  return url.startsWith("mysql://");
}

/** Runs statements on one connection, and returns the rows of the last one, each as its values. */
export async function ask(url: string, ...statements: readonly string[]): Promise<unknown[][]> {
  return isMysql(url) ? askMysql(url, statements) : askPostgresql(url, statements);
}

async function askPostgresql(url: string, statements: readonly string[]): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS });
  client.on("error", () => {});
  await client.connect();
  try {
    let rows: unknown[][] = [];
    for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: "array" }));
    return rows;
  } finally {
    await client.end();
  }
}

async function askMysql(url: string, statements: readonly string[]): Promise<unknown[][]> {
  const client = createConnection({ uri: url, connectTimeout: PATIENCE_MS });
  client.on("error", () => {});
  try {
    let rows: unknown = [];
    for (const sql of statements) [rows] = await client.promise().query({ sql, rowsAsArray: true });
    return Array.isArray(rows) ? (rows as unknown[][]) : [];
  } finally {
    client.destroy();
  }
}
