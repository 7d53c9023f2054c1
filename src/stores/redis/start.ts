import { type ChildProcess, spawn as spawnChild } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { type Account, asAccount, makeOwned, replaceFile } from "../account.ts";
import { unmakeable } from "../directory.ts";
import { failureOf, type KnownFailure, tailOf } from "../output.ts";
import { describeExit, type Exit, exitOf } from "../process.ts";
import type { Spawn } from "../programs.ts";
import { countdown, until } from "../wait.ts";
import { type Access, ask } from "./connection.ts";
import type { RedisPrograms } from "./find.ts";
import { parseInfo } from "./info.ts";
import { type RedisServer, runningServer } from "./server.ts";
import {
  configurationText,
  type RedisPasswords,
  type RedisPlace,
  type RedisSettings,
  SUPERVISOR,
} from "./settings.ts";

export interface RedisStart extends Omit<RedisPlace, "version"> {
  readonly programs: RedisPrograms;
  readonly account: Account | undefined;
  readonly settings: RedisSettings;
  readonly passwords: RedisPasswords;
  /** The file that the server's log is added to. */
  readonly log: string;
  readonly spawn?: Spawn;
  readonly timeoutMs?: number;
}

/** What a stop, a snapshot or a replica's first copy leaves in the data directory. */
const SNAPSHOT = "dump.rdb";
/** How long one question may take while it starts. */
const ANSWERS_WITHIN_MS = 1_000;

/**
 * Starts a Redis on a data directory, which is made where there is none, as primary or as a replica of `upstream`, and
 * waits until it has loaded its data and takes commands. It may have been killed before.
 *
 * A store that keeps nothing on disk still finds after a stop what it had before; after a kill it is empty, as a
 * replaced node of ElastiCache is.
 */
export async function startRedis(wanted: RedisStart): Promise<RedisServer> {
  const { directory, host, port, settings, passwords, log, timeoutMs = 30_000 } = wanted;
  const access: Access = { host, port, user: SUPERVISOR, password: passwords.supervisor };
  const remaining = countdown(timeoutMs);
  configure(wanted);
  const from = existsSync(log) ? statSync(log).size : 0;
  const { child, exited } = launch(wanted);
  const accepting = async () => ((await accepts(access, child.pid)) ? ("accepting" as const) : undefined);
  // Whoever else listens there may take its time to answer.
  const outcome = await until<"accepting" | Exit>(() => Promise.race([exited, accepting()]), {
    timeoutMs: remaining(),
  });
  const server = runningServer(child, exited, access, settings.appendOnly);
  if (outcome === "accepting") {
    if (!settings.appendOnly && settings.snapshotEveryMs === null)
      rmSync(join(directory, SNAPSHOT), { force: true });
    return server;
  }
  if (outcome === undefined) await server.kill();
  const output = tailOf(log, from);
  throw outcome ? failedToStart(wanted, outcome, output) : tooSlow(wanted, timeoutMs, output);
}

function configure({ programs, account, settings, passwords, ...place }: RedisStart): void {
  const text = configurationText({ ...place, version: programs.version }, settings, passwords);
  try {
    makeOwned(place.directory, account);
    replaceFile(configurationFile(place.directory), text, account);
  } catch (error) {
    throw unmakeable(error, place.directory, account);
  }
}

function configurationFile(directory: string): string {
  return join(directory, "redis.conf");
}

function launch({ programs, account, directory, log, spawn = spawnChild }: RedisStart): {
  child: ChildProcess;
  exited: Promise<Exit>;
} {
  const output = openSync(log, "a", 0o640);
  try {
    const child = spawn(join(programs.directory, "redis-server"), [configurationFile(directory)], {
      ...asAccount(account),
      cwd: "/",
      env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C", ...programs.env },
      stdio: ["ignore", output, output],
      // A Ctrl-C in the terminal is for the supervisor, which stops its children in order.
      detached: true,
    });
    return { child, exited: exitOf(child) };
  } finally {
    closeSync(output);
  }
}

/** Its process number tells our server from another that happens to answer at the same address. */
async function accepts(access: Access, pid: number | undefined): Promise<boolean> {
  try {
    const fields = parseInfo(String(await ask(access, ANSWERS_WITHIN_MS, "INFO")));
    return fields.get("process_id") === String(pid) && fields.get("loading") === "0";
  } catch {
    return false;
  }
}

const KNOWN: readonly KnownFailure[] = [
  {
    says: /error while loading shared libraries|Library not loaded|image not found/,
    code: "STORE_PROGRAM_UNUSABLE",
    remedy: "Install Redis anew (`plumbline install redis`), or name another one with PLUMBLINE_REDIS.",
  },
  {
    says: /Can't handle RDB format version|RDB version .* not supported/,
    code: "DATA_OTHER_VERSION",
    remedy: "Use the Redis that wrote the data, or forget it with `plumbline down --purge`.",
  },
];

function failedToStart({ programs, host, port }: RedisStart, exit: Exit, output: string): PlumblineError {
  const what = `Redis ${programs.version} did not start at ${host}:${port}: ${describeExit(exit)}.`;
  return failureOf(what, output, KNOWN, {
    code: "STORE_START_FAILED",
    remedy: "Redis's own message above says why. Mend that, then run the command again.",
  });
}

function tooSlow({ directory, host, port }: RedisStart, timeoutMs: number, output: string): PlumblineError {
  const { message } = failureOf(
    `Redis at ${host}:${port} did not take commands within ${timeoutMs} ms.`,
    output,
    [],
    { code: "STORE_START_TIMEOUT", remedy: "" },
  );
  return new PlumblineError(
    "STORE_START_TIMEOUT",
    message,
    `It loads its data before it takes commands, and that may take longer. ${directory} is unharmed: try again.`,
  );
}
