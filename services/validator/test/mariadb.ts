// A real MariaDB of its own for a test file: what stands in for MySQL, which few machines have.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { createConnection, type ResultSetHeader } from "mysql2/promise";

import { unprivilegedUser } from "./postgres.ts";
import { freePort } from "./redis.ts";
import { until } from "./until.ts";

const programs = findPrograms();

if (!programs && (process.env["PLUMBLINE_TEST_REQUIRE"] ?? "").split(",").includes("mariadb")) {
  throw new Error("PLUMBLINE_TEST_REQUIRE names mariadb, and MariaDB is not on this machine");
}
/** For `describe.skipIf(withoutMariadb)`; and the end of the title, which says why. */
export const withoutMariadb = programs === undefined;
export const whyWithoutMariadb = withoutMariadb ? " (skipped: MariaDB is not on this machine)" : "";

export interface TestMariadb {
  /** mysql:// address of a database; of the first one unless named. Its user may do what an application's may on RDS. */
  url(database?: string): string;
  /** As root, in the first database; placeholders are $1, $2 ..., as for PostgreSQL. */
  query(
    sql: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Record<string, unknown>[]; rowCount: number }>;
  createDatabase(name: string): Promise<string>;
  pid(): number;
  /** Starts the server again after `kill`, on the same port and data. */
  start(): Promise<void>;
  /** kill -9 of the server. */
  kill(): Promise<void>;
  /** Stops and resumes the server where it stands: connections stay open and nobody answers. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const FIRST = "validator";

// Neither SUPER nor the right to write to a read-only server: the master user of RDS has neither.
const RIGHTS = `select, insert, update, delete, create, drop, alter, index, references, execute,
  create temporary tables, lock tables, create view, process`;

/** Initialises a data directory and starts a server on a free port of 127.0.0.1; `more` are further options of its. */
export async function startMariadb(more: readonly string[] = []): Promise<TestMariadb> {
  const { basedir, server, initialiser } = programs as Programs;
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), "validator-mariadb-"));
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid as number);

  const made = spawnSync(
    initialiser,
    [
      "--no-defaults",
      `--basedir=${basedir}`,
      `--datadir=${data}`,
      // A server that starts removes what it takes for another one's leftovers there.
      `--tmpdir=${data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
      "--innodb-log-file-size=16M",
    ],
    { ...user, cwd: data, encoding: "utf8" },
  );
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`mariadb-install-db failed: ${made.stdout}${made.stderr}${made.error?.message ?? ""}`);
  }
  const port = await freePort();
  const options = [
    "--no-defaults",
    `--basedir=${basedir}`,
    `--datadir=${data}`,
    // A server that starts clears away what others have in a folder that they share.
    `--tmpdir=${data}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    `--socket=${join(data, "mariadb.sock")}`,
    `--pid-file=${join(data, "mariadb.pid")}`,
    "--skip-name-resolve",
    "--max-connections=150",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-file-size=16M",
    // Written and not synced: kill -9 leaves the page cache as it is, and a busy disk would take most of the tests' time.
    "--innodb-flush-log-at-trx-commit=2",
    ...more,
  ];

  let child: ChildProcess | undefined;
  const address = (account: string, database: string) => `mysql://${account}@127.0.0.1:${port}/${database}`;
  // Whatever ends the test process, its database does not stay behind.
  const atExit = () => child?.kill("SIGKILL");
  process.on("exit", atExit);

  async function start(): Promise<void> {
    await until(async () => {
      child ??= run();
      return answers(address("root", ""));
    }, 30_000);
  }

  function run(): ChildProcess {
    const started = spawn(server, options, { ...user, cwd: data, stdio: "ignore" });
    started.once("exit", () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  async function kill(): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill("SIGKILL");
    await ended;
  }

  const mariadb: TestMariadb = {
    url: (database = FIRST) => address(FIRST, database),
    query: (sql, values) => ask(address("root", FIRST), sql, values),
    async createDatabase(name) {
      await mariadb.query(`create database ${name} character set utf8mb4`);
      return mariadb.url(name);
    },
    pid: () => child?.pid ?? 0,
    start,
    kill,
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    async stop() {
      await kill();
      process.off("exit", atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
    await ask(address("root", ""), `create database ${FIRST} character set utf8mb4`);
    await ask(address("root", ""), `create user ${FIRST}@'%'`);
    await ask(address("root", ""), `grant ${RIGHTS} on *.* to ${FIRST}@'%'`);
  } catch (error) {
    await mariadb.stop();
    throw error;
  }
  return mariadb;
}

async function ask(uri: string, sql: string, values: readonly unknown[] = []) {
  const connection = await createConnection({ uri, connectTimeout: 5000, timezone: "Z" });
  try {
    await connection.query("set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES'), time_zone = '+00:00'");
    const inOrder = [...sql.matchAll(/\$(\d+)/g)].map(([, number]) => values[Number(number) - 1]);
    const [result] = await connection.query(sql.replaceAll(/\$\d+/g, "?"), inOrder);
    if (Array.isArray(result)) return { rows: result as Record<string, unknown>[], rowCount: result.length };
    return { rows: [], rowCount: (result as ResultSetHeader).affectedRows };
  } finally {
    connection.destroy();
  }
}

async function answers(uri: string): Promise<boolean> {
  return ask(uri, "select 1").then(
    () => true,
    () => false,
  );
}

interface Programs {
  readonly basedir: string;
  readonly server: string;
  readonly initialiser: string;
}

/** In PLUMBLINE_MARIADB, a base directory, or where PATH leads, or in /usr, where Debian has the server in sbin. */
function findPrograms(): Programs | undefined {
  const onPath = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => existsSync(join(folder, "mariadbd")));
  const explicit = process.env["PLUMBLINE_MARIADB"];
  for (const basedir of explicit ? [explicit] : [...onPath.map((folder) => dirname(folder)), "/usr"]) {
    const find = (name: string, folders: readonly string[]) =>
      folders.map((folder) => join(basedir, folder, name)).find((file) => existsSync(file));
    const server = find("mariadbd", ["sbin", "bin"]);
    const initialiser = find("mariadb-install-db", ["bin", "scripts"]);
    if (server !== undefined && initialiser !== undefined) return { basedir, server, initialiser };
  }
  return undefined;
}
