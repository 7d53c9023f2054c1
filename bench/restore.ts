import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { packageRoot } from "#twin/package-root.ts";
import type { RestoreStatus } from "#twin/backups/backup-status.ts";
import { leftovers } from "#twin/state/journal.ts";
import { signal } from "#twin/state/process-identity.ts";
import { stateDirectory } from "#twin/state/state-directory.ts";
import type { TwinStatus } from "#twin/status.ts";

/** Rows of about 200 bytes; with their index a gibibyte. */
const ROWS = 4_900_000;
/** No multiple of the four seconds after which a segment is archived: the loss comes late in such an interval. */
const WRITES_FOR_MS = 23_500;
const FILE = fileURLToPath(new URL("restore/architecture.ts", import.meta.url));

/**
 * Fills a database with a gibibyte, backs it up, restores it beside itself to a moment and exactly so, and then loses
 * everything in its region while somebody writes: how long until the twin is up from the other region, and how old is the
 * newest acknowledged write that is missing.
 */
export async function restore(json: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  spawnSync("chmod", ["755", folder]);
  const run = (...args: string[]) => plumbline(args, folder);
  try {
    const loadBefore = loadavg()[0] as number;
    const up = run("up", FILE, "--detach", "--json") as TwinStatus;
    const database = () => (run("connect", "database", "--json") as { url: string }).url;
    const bytes = await fill(database());
    const backup = run("backup", "database", "--json") as { seconds: number };
    const moment = await mark(database());
    const restored = run("restore", "database", "--to", moment, "--json") as RestoreStatus;
    const exact = await count(restored.url, "marks");
    run("restore", restored.as, "--drop", "--json");

    const written = await writeFor(database(), WRITES_FOR_MS);
    const lostAt = Date.now();
    loseRegion(folder, up);
    const began = performance.now();
    run("restore", "--region", "us-west-2", "--architecture", FILE, "--json");
    const regionSeconds = (performance.now() - began) / 1000;
    const last = Number(await value(database(), "SELECT coalesce(max(id), 0) FROM writes"));
    const firstMissing = written[last];
    const figures = {
      databaseMiB: Math.round(bytes / 2 ** 20),
      backupSeconds: backup.seconds,
      restoreSeconds: restored.seconds,
      exact: exact === 1_000,
      regionSeconds: Number(regionSeconds.toFixed(1)),
      // The oldest acknowledged write that is missing, and whether anything before it is missing too.
      lostSeconds: firstMissing === undefined ? 0 : Number(((lostAt - firstMissing) / 1000).toFixed(1)),
      gapless: Number(await count(database(), "writes")) === last,
      load: [loadBefore, loadavg()[0] as number].map((value) => Number(value.toFixed(1))),
    };
    for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(18)}${String(figure)}`);
    if (json) console.log(JSON.stringify({ schemaVersion: 1, ...figures }));
    run("down", "--purge", "--json");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns the size of the database in bytes. */
async function fill(url: string): Promise<number> {
  await value(url, "CREATE TABLE entries (id int PRIMARY KEY, text text)");
  await value(
    url,
    `INSERT INTO entries SELECT id, repeat(md5(id::text), 5) FROM generate_series(1, ${ROWS}) AS id`,
  );
  return Number(await value(url, "SELECT pg_database_size(current_database())"));
}

/** A thousand rows, a moment, and a thousand rows more. @returns the moment, RFC 3339. */
async function mark(url: string): Promise<string> {
  await value(url, "CREATE TABLE marks (id int)");
  await value(url, "INSERT INTO marks SELECT generate_series(1, 1000)");
  const moment = await value(url, `SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);
  await value(url, "INSERT INTO marks SELECT generate_series(1, 1000)");
  return String(moment);
}

async function count(url: string, table: string): Promise<number> {
  return Number(await value(url, `SELECT count(*) FROM ${table}`));
}

async function value(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

/** One write after the other. @returns when each was acknowledged, in milliseconds since 1970. */
async function writeFor(url: string, ms: number): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE TABLE writes (id int PRIMARY KEY)");
  const acknowledged: number[] = [];
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await client.query("INSERT INTO writes VALUES ($1)", [acknowledged.length + 1]);
    acknowledged.push(Date.now());
    await delay(2);
  }
  await client.end();
  return acknowledged;
}

/** Ends every process by force, and takes the data and the region's own bucket away. */
function loseRegion(folder: string, { name, supervisor }: TwinStatus): void {
  const state = stateDirectory(join(folder, name));
  process.kill(supervisor.pid, "SIGKILL");
  for (const left of leftovers(state)) signal(left, "SIGKILL");
  for (const lost of [state.data, join(state.backups, "us-east-1")])
    rmSync(lost, { recursive: true, force: true });
}

/** Runs the command line as a user does, with the state in a folder of the bench's own. */
function plumbline(args: readonly string[], state: string): unknown {
  const { status, stdout, stderr } = spawnSync("node", ["bin/plumbline.mjs", ...args], {
    cwd: packageRoot,
    env: { ...process.env, PLUMBLINE_STATE: state },
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`plumbline ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}
