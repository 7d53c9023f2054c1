// The import command: `node services/validator/src/import-screening.ts --names sdn.csv --aliases alt.csv` makes OFAC's
// list the one that names are screened against.
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";

import { ConfigError, readConfig } from "./config.ts";
import { openPool } from "./database/open.ts";
import { createChanges } from "./rule-sets/changes.ts";
import { importList, type ImportedList } from "./screening/repository.ts";
import { ListFileError, readSdn, type SanctionedName } from "./screening/sdn.ts";

const USAGE = `Usage: node services/validator/src/import-screening.ts --names sdn.csv [--aliases alt.csv] [--source OFAC]

  --names    OFAC's sdn.csv
  --aliases  OFAC's alt.csv
  --source   what the list is called; an import replaces the list of the same source (OFAC)

The database is that of DATABASE_URL.`;

function fail(message: string, exitCode = 1): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}

async function store(url: string, source: string, names: readonly SanctionedName[]): Promise<ImportedList> {
  const pool = openPool({ url, name: "validator import-screening", max: 1, connectTimeout: 5000 });
  try {
    // Replicas learn of it when they look for changes, within seconds.
    const change = createChanges(pool, () => {});
    const actor = `command:${userInfo().username}`;
    return await change(actor, async ({ client, record }) => {
      const list = await importList(client, source, names, actor);
      const { id, names: count, unchanged } = list;
      if (!unchanged) {
        const details = { source, names: count };
        await record("screening.imported", `screening/lists/${id}`, details, "decides");
      }
      return list;
    });
  } finally {
    await pool.end();
  }
}

function open(file: string) {
  return { file: basename(file), content: createReadStream(file) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      names: { type: "string" },
      aliases: { type: "string" },
      source: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return void process.stdout.write(`${USAGE}\n`);
  const { names, aliases, source = "OFAC" } = values;
  if (names === undefined) return fail(USAGE, 2);
  if (!/^[A-Za-z0-9-]{1,20}$/.test(source))
    return fail("--source is 1 to 20 letters, digits and hyphens.", 2);

  const read = await readSdn(open(names), aliases === undefined ? undefined : open(aliases));
  const { writerUrl } = readConfig(process.env);
  const list = await store(writerUrl, source, read);
  process.stdout.write(
    list.unchanged
      ? `${source}: the list is the current one already (${list.names} names).\n`
      : `${source}: ${list.names} names and aliases are the current list.\n`,
  );
}

try {
  await main();
} catch (error) {
  const { code, message } = error as Error & { code?: string };
  if (code?.startsWith("ERR_PARSE_ARGS")) fail(`${message}\n\n${USAGE}`, 2);
  else if (error instanceof ListFileError || error instanceof ConfigError) fail(message);
  else fail(`The list was not imported: ${message || code}.`);
}
