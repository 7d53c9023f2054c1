import { availableParallelism, totalmem } from "node:os";
import { PlumblineError } from "#model/errors.ts";
import { formatSize } from "#model/quantities/size.ts";
import { storeAccount } from "#stores/account.ts";
import type { Account } from "#stores/account.ts";
import { findMariadb } from "#stores/mariadb/find.ts";
import { findPostgresql } from "#stores/postgresql/find.ts";
import { findRedis, sameMajor } from "#stores/redis/find.ts";
import { twinsDirectory } from "#twin/state/state-directory.ts";
import { authorityFolder } from "#twin/tls/authority.ts";
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
/** The Redis version whose programs they would have. */
const REDIS_VERSION = "7";

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
    { what: "certificates", state: "ok", found: `by the authority in ${authorityFolder()}` },
    await postgresql(),
    redis(),
    mysql(),
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

function redis(): Finding {
  return optional(`redis ${REDIS_VERSION}`, "redis", (account) => {
    const { version, source, directory } = findRedis(REDIS_VERSION, account);
    const substitute = sameMajor(version, REDIS_VERSION) ? "" : `, in place of ${REDIS_VERSION}`;
    return `${version} from ${source} (${directory})${substitute}`;
  });
}

function mysql(): Finding {
  return optional("mysql", "mariadb", (account) => {
    const { version, source, basedir } = findMariadb(account);
    return `MariaDB ${version} from ${source} (${basedir})`;
  });
}

/** A store that `plumbline up` can do without until an architecture that has it is run. */
function optional(what: string, program: string, find: (account: Account | undefined) => string): Finding {
  try {
    const account = storeAccount();
    const user = account ? `, run as ${account.name}` : "";
    return { what, state: "ok", found: `${find(account)}${user}` };
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    const get = process.platform === "darwin" ? `brew install ${program}` : `plumbline install ${program}`;
    const remedy = error.code === "STORE_PROGRAM_MISSING" ? get : error.remedy;
    return { what, state: "absent", found: `${error.message.replace(/\.$/, "")}`, remedy };
  }
}
