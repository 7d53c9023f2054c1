import { existsSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { PlumblineError } from "#model/errors.ts";
import { assertReplaceable, initialise, temporaryFolder } from "./initialise.ts";
import { SUPERVISOR } from "./accounts.ts";
import { type Access, inSession, query } from "./connection.ts";
import { clearLeftovers } from "./leftovers.ts";
import { failure } from "./output.ts";
import { stateOfCopy } from "./position.ts";
import { begin, environment } from "./run.ts";
import { type Start, startMariadb } from "./start.ts";

export interface Copy {
  /** The supervisor's access to the server that is copied. */
  readonly primary: Access;
  /** How the copy is started, once it is whole; what is in its directory now is replaced. */
  readonly start: Start;
}

const ANSWERS_WITHIN_MS = 10_000;
const STOPS_WITHIN_MS = 30_000;

/**
 * Makes a data directory as a copy of what a running primary holds, ready to be started as its replica. Nobody waits for
 * it: the dump reads one moment of the primary, and tells which. The copy is made beside its place, by a server of its own
 * at the address of the replica, which does not run now; what is there stays until the copy is whole.
 * https://mariadb.com/kb/en/mariadb-dump/
 *
 * @throws PlumblineError STORE_PROGRAM_MISSING or COPY_FAILED
 */
export async function makeCopy({ primary, start }: Copy): Promise<void> {
  const { directory } = start;
  const tools = dumpPrograms(start.programs.basedir);
  assertReplaceable(directory);
  clearLeftovers(directory);
  const fresh = `${directory}.copying`;
  try {
    await rm(fresh, { recursive: true, force: true });
    await initialise({ ...start, directory: fresh });
    const server = await startMariadb({ ...start, directory: fresh, part: "replica" });
    try {
      await fill(start, tools, primary);
    } finally {
      await server.stop(STOPS_WITHIN_MS);
    }
    await rm(directory, { recursive: true, force: true });
    renameSync(fresh, directory);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(temporaryFolder(fresh), { recursive: true, force: true });
  }
}

async function fill(start: Start, tools: Tools, primary: Access): Promise<void> {
  const to = { host: start.host, port: start.port, user: SUPERVISOR, password: start.passwords.supervisor };
  const state = "SELECT @@GLOBAL.gtid_binlog_state AS state";
  const [before] = await query<{ state: string }>(primary, ANSWERS_WITHIN_MS, state);
  await transfer(start, tools, primary, to);
  await inSession(to, ANSWERS_WITHIN_MS, async (session) => {
    // The dump set it to the moment that it is of.
    const [copied] = await session.query<{ position: string }>("SELECT @@GLOBAL.gtid_slave_pos AS position");
    await session.query("RESET MASTER");
    await session.query("SET GLOBAL gtid_binlog_state = ?", [
      stateOfCopy(before?.state ?? "", copied?.position ?? ""),
    ]);
  });
}

async function transfer(start: Start, tools: Tools, from: Access, to: Access): Promise<void> {
  const { programs, spawn } = start;
  const common = { cwd: "/", account: start.account, ...(spawn ? { spawn } : {}) };
  const dump = begin({
    ...common,
    program: tools.dump,
    args: [...at(from), ...WHAT],
    env: { ...environment(programs), MYSQL_PWD: from.password },
  });
  const load = begin({
    ...common,
    program: tools.client,
    // What is loaded is no part of the copy's own log, which begins after it.
    args: [...at(to), "--init-command=SET SESSION sql_log_bin = 0"],
    env: { ...environment(programs), MYSQL_PWD: to.password },
  });
  const { stdout } = dump.child;
  const { stdin } = load.child;
  // Where one of them ends early, the other one has nobody to talk to, and its end says less.
  if (stdout && stdin) await pipeline(stdout, stdin).catch(() => {});
  const [dumped, loaded] = await Promise.all([dump.ended, load.ended]);
  if (dumped.code === 0 && loaded.code === 0) return;
  const output = loaded.code === 0 ? dumped.output : `${dumped.output}${loaded.output}`;
  throw failure(
    `${from.host}:${from.port} could not be copied to ${to.host}:${to.port}.`,
    output,
    "COPY_FAILED",
  );
}

function at({ host, port, user }: Access): string[] {
  return ["--no-defaults", `--host=${host}`, `--port=${port}`, `--user=${user}`, "--protocol=tcp"];
}

/** The manual's own pages, which are most of an empty server. */
const MANUAL = ["help_category", "help_keyword", "help_relation", "help_topic"];

/** Everything, with the accounts; the replica's own position and the views on the server itself are its own. */
const WHAT = [
  "--all-databases",
  "--ignore-database=sys",
  ...["gtid_slave_pos", ...MANUAL].map((table) => `--ignore-table=mysql.${table}`),
  "--single-transaction",
  "--master-data=1",
  "--gtid",
  "--routines",
  "--events",
  "--triggers",
  "--hex-blob",
  "--flush-privileges",
];

interface Tools {
  readonly dump: string;
  readonly client: string;
}

function dumpPrograms(basedir: string): Tools {
  const [dump, client] = [join(basedir, "bin", "mariadb-dump"), join(basedir, "bin", "mariadb")];
  const absent = [dump, client].find((program) => !existsSync(program));
  if (absent === undefined) return { dump, client };
  throw new PlumblineError(
    "STORE_PROGRAM_MISSING",
    `A standby has to be copied from its primary, and ${absent} is not there.`,
    "Install MariaDB's client programs (Debian: apt-get install mariadb-client), or run `plumbline install mariadb`.",
  );
}
