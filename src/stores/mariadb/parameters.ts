import { spawnSync } from "node:child_process";
import { type Account, asAccount } from "../account.ts";
import type { MariadbPrograms } from "./find.ts";
import { environment } from "./run.ts";

const ANSWERS_WITHIN_MS = 10_000;
/** The list ends with one line for each variable, under a rule. */
const RULE = /^-{5,} -+$/m;

/** The names of the variables that this MariaDB takes in its configuration, with underscores; MySQL has some others. */
export function knownParameters(
  programs: MariadbPrograms,
  account: Account | undefined,
): ReadonlySet<string> {
  const { stdout } = spawnSync(programs.server, ["--no-defaults", "--verbose", "--help"], {
    ...asAccount(account),
    cwd: "/",
    env: environment(programs),
    encoding: "utf8",
    timeout: ANSWERS_WITHIN_MS,
    maxBuffer: 16 * 2 ** 20,
  });
  const [, table = ""] = (stdout ?? "").split(RULE);
  const names = table.split("\n").flatMap((line) => /^([a-z][\w-]*)\s/.exec(line)?.[1] ?? []);
  return new Set(names.map((name) => name.replaceAll("-", "_")));
}
