import pg from "pg";
import { SEQUENCE_DIGITS } from "#load/request.ts";

/** A schema of the drills' own: what a drill that was killed has left there goes with the next one. */
const SCHEMA = "plumbline_drill";
export const DRILL_TABLE = `${SCHEMA}.writes`;

export async function createDrillTable(url: string): Promise<void> {
  await inSession(url, async (client) => {
    await client.query(`drop schema if exists ${SCHEMA} cascade`);
    await client.query(`create schema ${SCHEMA}`);
    await client.query(`create table ${DRILL_TABLE} (number bigint not null)`);
  });
}

export async function dropDrillTable(url: string): Promise<void> {
  await inSession(url, (client) => client.query(`drop schema if exists ${SCHEMA} cascade`));
}

/** The numbers that the drill's own table holds; none where a restored store is from before there was the table. */
export async function numbersInTable(url: string): Promise<Set<number>> {
  const { rows } = await inSession(url, (client) =>
    client.query<{ is_there: boolean }>(`select to_regclass('${DRILL_TABLE}') is not null as is_there`),
  );
  return rows[0]?.is_there ? numbers(url, `select number from ${DRILL_TABLE}`) : new Set();
}

/** The numbers of a run that stand in a service's own table. @param run digits; what a request's number begins with. */
export function numbersWritten(
  url: string,
  { table, column }: { readonly table: string; readonly column: string },
  run: string,
): Promise<Set<number>> {
  const text = `${pg.escapeIdentifier(column)}::text`;
  return numbers(
    url,
    `select substring(${text} from '${run}([0-9]{${SEQUENCE_DIGITS}})') from ${pg.escapeIdentifier(table)}
     where ${text} like '%${run}%'`,
  );
}

async function numbers(url: string, query: string): Promise<Set<number>> {
  const { rows } = await inSession(url, (client) =>
    client.query<[string]>({ text: query, rowMode: "array" }),
  );
  return new Set(rows.map(([number]) => Number(number)));
}

async function inSession<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
