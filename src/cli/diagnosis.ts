import { spawnSync } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import { PlumblineError } from "#model/errors.ts";
import { formatSize } from "#model/quantities/size.ts";
import { storeAccount } from "#stores/account.ts";
import { findPostgresql } from "#stores/postgresql/find.ts";
import { twinsDirectory } from "#twin/state/state-directory.ts";
import { HAS_LOOPBACK_NETWORK } from "#twin/twin-number.ts";

/** One thing that a twin needs or could use. `absent` is not needed by what runs today. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "missing" | "absent";
  readonly found: string;
  /** The one command that gets it. */
  readonly remedy?: string;
}

/** The PostgreSQL major version that the reference architectures declare. */
const POSTGRESQL_MAJOR = 15;

/** Looks at this machine as `up` would. */
export async function diagnose(): Promise<Finding[]> {
  return [
    { what: "Node.js", state: "ok", found: `${process.version} (${process.execPath})` },
    {
      what: "machine",
      state: "ok",
      found: `${availableParallelism()} processors, ${formatSize(Math.round(totalmem() / 2 ** 30) * 2 ** 30)}, ${process.platform} ${process.arch}`,
    },
    {
      what: "addresses",
      state: "ok",
      found: HAS_LOOPBACK_NETWORK
        ? "127.T.x.y, as in the subnet plan"
        : "127.0.0.1, parts told apart by port",
    },
    { what: "state", state: "ok", found: twinsDirectory(process.cwd()) },
    await postgresql(),
    program("redis", "redis-server", "apt-get install redis-server"),
    program("mysql", "mariadbd", "apt-get install mariadb-server"),
    { what: "documentdb", state: "absent", found: "nothing stands in for it" },
    { what: "bucket", state: "ok", found: "a folder" },
  ];
}

async function postgresql(): Promise<Finding> {
  const what = `postgresql ${POSTGRESQL_MAJOR}`;
  try {
    const account = storeAccount();
    const { version, source, directory } = await findPostgresql(POSTGRESQL_MAJOR, account);
    const user = account ? `, run as ${account.name}` : "";
    return { what, state: "ok", found: `${version} from ${source} (${directory})${user}` };
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    return { what, state: "missing", found: error.message, remedy: error.remedy };
  }
}

function program(kind: string, name: string, remedy: string): Finding {
  const { status, stdout } = spawnSync(name, ["--version"], { encoding: "utf8" });
  return status === 0
    ? { what: kind, state: "ok", found: stdout.trim().slice(0, 60) }
    : { what: kind, state: "absent", found: `${name} is not on PATH; a twin cannot use it yet`, remedy };
}
