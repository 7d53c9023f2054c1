import { join } from "node:path";
import { examineMariadb, mariadbIn } from "../mariadb/find.ts";
import type { Recipe } from "./recipe.ts";
import { run } from "./run.ts";
import { tryOut } from "./trial.ts";

const INITIALISED_WITHIN_MS = 60_000;

export const mariadb: Recipe = {
  store: "mariadb",
  title: "MariaDB",
  packages: [
    // The last of each has mariadb-dump, which a standby is copied with.
    ["mariadb-server-core", "mariadb-client-core", "mariadb-client"],
    ["mariadb-server-core-10.6", "mariadb-client-core-10.6", "mariadb-client-10.6"],
    ["mariadb-server-core-10.5", "mariadb-client-core-10.5", "mariadb-client-10.5"],
  ],

  examine: (copy, account) => examineMariadb(mariadbIn(copy), account),

  async tryOut(copy, { account, scratch, signal }) {
    const found = examineMariadb(mariadbIn(copy), account);
    if ("problem" in found) return found.problem;
    const { basedir, env, initialiser, server, version } = found;
    const data = join(scratch, "data");
    const common = ["--no-defaults", `--basedir=${basedir}`, `--datadir=${data}`];
    const made = await run(
      initialiser,
      [...common, "--auth-root-authentication-method=normal", "--skip-test-db"],
      { cwd: scratch, timeoutMs: INITIALISED_WITHIN_MS, signal, env, account },
    );
    if (!made.ok) return `it cannot make a data directory: ${made.words.trim().slice(-1000)}`;
    return tryOut({
      program: server,
      args: (host, port) => [
        ...common,
        `--bind-address=${host}`,
        `--port=${port}`,
        // Relative to the data directory: a socket's path may not be long.
        "--socket=trial.sock",
        "--pid-file=trial.pid",
        "--innodb-buffer-pool-size=16M",
      ],
      env,
      account,
      question: "",
      isAnswer: (reply) => reply.includes(`${version}-MariaDB`),
      signal,
    });
  },
};
