import pg from "pg";

const TABLE = "bench_limits";
const CONNECT_MS = 5000;

/** A table like one of the service's: what is written to it waits for the standby as a decision does. */
export async function createTable(url: string): Promise<void> {
  const client = await open(url);
  await client.query(`create table ${TABLE} (id bigint generated always as identity primary key, text text)`);
  await client.end();
}

/** Milliseconds that a statement takes on average, one after the other: a commit of one row, and its reading by key. */
export async function statementTime(url: string, until: () => boolean): Promise<number> {
  const client = await open(url);
  let [statements, waited] = [0, 0];
  const timed = async (text: string, values: readonly unknown[]) => {
    const began = performance.now();
    const result = await client.query({ name: text.slice(0, 6), text, values: [...values] });
    waited += performance.now() - began;
    statements += 1;
    return result;
  };
  while (!until()) {
    const { rows } = await timed(`insert into ${TABLE} (text) values ($1) returning id`, ["x".repeat(400)]);
    await timed(`select text from ${TABLE} where id = $1`, [(rows[0] as { id: string }).id]);
  }
  await client.end();
  return waited / statements;
}

export interface Connections {
  /** That did something at the same moment, of those that were opened. */
  readonly atOnce: number;
  /** The most that the server takes. */
  readonly limit: number;
  readonly refused: string | null;
}

/** Opens so many connections at once, beside those that the services have, and has each of them at work together. */
export async function useConnections(url: string, count: number): Promise<Connections> {
  const watcher = await open(url);
  const { rows } = await watcher.query("show max_connections");
  const limit = Number((rows[0] as { max_connections: string }).max_connections);
  const opened = await Promise.allSettled(Array.from({ length: count }, () => open(url)));
  const clients = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const refusal = opened.find((each) => each.status === "rejected");
  // Each holds a transaction open in which it has read, and a statement that runs until all of them do.
  const working = clients.map((client) => client.query(`select count(*), pg_sleep(1) from ${TABLE}`));
  let atOnce = 0;
  const isOver = Promise.allSettled(working).then(() => true);
  do {
    const seen = await watcher.query(
      "select count(*)::int as busy from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query like '%pg_sleep%'",
    );
    atOnce = Math.max(atOnce, (seen.rows[0] as { busy: number }).busy);
  } while (!(await Promise.race([isOver, Promise.resolve(false)])));
  await Promise.all([...clients, watcher].map((client) => client.end()));
  return { atOnce, limit, refused: refusal ? String((refusal.reason as Error).message) : null };
}

async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on("error", () => {});
  await client.connect();
  return client;
}
