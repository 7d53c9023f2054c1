// The import command: `node services/validator/src/import-screening.ts --names sdn.csv --aliases alt.csv` makes OFAC's
// list the one that names are screened against.
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";

import { commandActor, runCommand, UsageError } from "./command.ts";
import type { Pool } from "./database/session.ts";
import { createChanges } from "./rule-sets/changes.ts";
import { importList, type ImportedList } from "./screening/repository.ts";
import { readSdn, type SanctionedName } from "./screening/sdn.ts";

const USAGE = `Usage: node services/validator/src/import-screening.ts --names sdn.csv [--aliases alt.csv] [--source OFAC]

  --names    OFAC's sdn.csv
  --aliases  OFAC's alt.csv
  --source   what the list is called; an import replaces the list of the same source (OFAC)

The database is that of DATABASE_URL.`;

interface ImportRequest {
  readonly names: string;
  readonly aliases: string | undefined;
  readonly source: string;
}

function readRequest(): ImportRequest | undefined {
  const { values } = parseArgs({
    options: {
      names: { type: "string" },
      aliases: { type: "string" },
      source: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return undefined;
  const { names, aliases, source = "OFAC" } = values;
  if (names === undefined) throw new UsageError("An import takes --names.");
  if (!/^[A-Za-z0-9-]{1,20}$/.test(source))
    throw new UsageError("--source is 1 to 20 letters, digits and hyphens.");
  return { names, aliases, source };
}

function open(file: string) {
  return { file: basename(file), content: createReadStream(file) };
}

/** Replicas learn of it when they look for changes, within seconds. */
function store(pool: Pool, source: string, names: readonly SanctionedName[]): Promise<ImportedList> {
  const change = createChanges(pool, () => {});
  const actor = commandActor();
  return change(actor, async ({ client, record }) => {
    const list = await importList(client, source, names, actor);
    const { id, names: count, unchanged } = list;
    if (!unchanged) {
      const details = { source, names: count };
      await record("screening.imported", `screening/lists/${id}`, details, "decides");
    }
    return list;
  });
}

await runCommand({
  name: "import-screening",
  usage: USAGE,
  failed: "The list was not imported",
  read: readRequest,
  async run(pool, { names, aliases, source }) {
    const read = await readSdn(open(names), aliases === undefined ? undefined : open(aliases));
    const list = await store(pool, source, read);
    process.stdout.write(
      list.unchanged
        ? `${source}: the list is the current one already (${list.names} names).\n`
        : `${source}: ${list.names} names and aliases are the current list.\n`,
    );
  },
});
