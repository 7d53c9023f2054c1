import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, globSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";

/** Makes durable inserts of single rows. */
export interface Inserter {
  readonly name: string;
  /** For so many seconds. @returns how many a second. */
  insert(seconds: number): Promise<number>;
}

const CLIENTS = 16;
const TABLE = "create table if not exists bench_rows (id uuid primary key, transaction json not null)";
/** About as long as a payment. */
const PAYMENT = JSON.stringify({ messageId: "M".repeat(450) });

/** pgbench; where there is none, the driver that services use. */
export async function findInserter(url: string, folder: string): Promise<Inserter> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(TABLE);
  await client.end();
  const program = findPgbench();
  if (program === undefined) {
    console.log("pgbench is not here (Debian: postgresql-contrib): the pg driver inserts in its place");
    return { name: "pg", insert: (seconds) => byDriver(url, seconds) };
  }
  const script = join(folder, "insert.sql");
  writeFileSync(script, `insert into bench_rows values (gen_random_uuid(), '${PAYMENT}');\n`);
  return { name: "pgbench", insert: async (seconds) => byPgbench(program, script, url, seconds) };
}

function byPgbench(program: string, script: string, url: string, seconds: number): number {
  const options = [
    "-n",
    "-M",
    "prepared",
    "-c",
    String(CLIENTS),
    "-j",
    "2",
    "-T",
    String(seconds),
    "-f",
    script,
  ];
  const { hostname, port, username, password, pathname } = new URL(url);
  const server = ["-h", hostname, "-p", port, "-U", username, pathname.slice(1)];
  const { stdout, stderr } = spawnSync(program, [...options, ...server], {
    env: { ...process.env, PGPASSWORD: decodeURIComponent(password) },
    encoding: "utf8",
  });
  const perSecond = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  if (Number.isNaN(perSecond)) throw new Error(`pgbench gave no figure: ${stderr}`);
  return perSecond;
}

async function byDriver(url: string, seconds: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: CLIENTS });
  const insert = { name: "bench.insert", text: "insert into bench_rows values ($1, $2)" };
  const end = performance.now() + seconds * 1000;
  let inserted = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (; performance.now() < end; inserted++)
        await pool.query({ ...insert, values: [randomUUID(), PAYMENT] });
    }),
  );
  await pool.end();
  return inserted / seconds;
}

/** On the path, or where Debian keeps it. */
function findPgbench(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, "pgbench"));
  return [...onPath, ...globSync("/usr/lib/postgresql/*/bin/pgbench")].find((file) => existsSync(file));
}
