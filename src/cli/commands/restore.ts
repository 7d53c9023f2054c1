import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import type { RestoreStatus } from "#twin/backups/backup-status.ts";
import { RestoreTime } from "#twin/backups/requests.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { confirm } from "../confirm.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { restoreRegion } from "../restore-region.ts";
import { style } from "../style.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

export interface RestoreOptions {
  readonly to?: string;
  readonly as?: string;
  readonly replace?: true;
  readonly drop?: true;
  readonly region?: string;
  readonly architecture?: string;
  readonly environment: string;
  readonly twin?: string;
  readonly yes?: true;
  readonly json?: true;
}

export function restoreCommand(): Command {
  return new Command("restore")
    .description(
      "restore a store to a moment, beside the one that runs or in its place; or everything from another region",
    )
    .argument("[store]", "its name: database, cache; left out, with --region, everything is restored")
    .option("--to <time>", "a time like 2026-11-21T16:30:00Z, or latest", "latest")
    .option("--as <name>", "the name of the new store, or an absolute path for its folder")
    .option("--replace", "let the twin's store itself go on from there; its data now is put aside")
    .option("--drop", "stop a store that was restored, and forget its data")
    .option("--region <name>", "the region whose backups are used; the architecture's own if left out")
    .option("--architecture <name>", "with --region alone: what to start; the folder's own if left out")
    .option("-e, --environment <name>", "with --region alone: which of its environments", "development")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .option("-y, --yes", "do not ask before data is put aside")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "restore database --to 2026-11-21T16:30:00Z",
        "restore database --to latest --replace",
        "restore --region us-west-2 --architecture fargate --environment production",
      ),
    )
    .action(restore);
}

async function restore(store: string | undefined, options: RestoreOptions): Promise<void> {
  if (store === undefined) return restoreRegion(options);
  const twin = chooseTwin(options.twin, process.cwd());
  const client = new ControlClient(requireRunning(twin));
  if (options.drop) {
    await client.dropRestored(store);
    return options.json
      ? printJson({ schemaVersion: 1, dropped: store })
      : console.log(`${store} has stopped, and its data is gone.`);
  }
  const { to = "latest", region, as, replace = false } = options;
  const { error } = RestoreTime.safeParse(to);
  if (error)
    throw new PlumblineError(
      "TIME_INVALID",
      `"${to}" is no time to restore to: ${error.issues[0]?.message}.`,
      "Write it with its offset from UTC, as RFC 3339 has it.",
    );
  if (replace)
    await confirm(
      `${store} of ${twin.name} goes back to ${to}; what was written later is put aside.`,
      options,
    );
  const restored = await client.restore({
    store,
    to,
    replace,
    ...(region === undefined ? {} : { region }),
    ...(as === undefined ? {} : { as }),
  });
  if (options.json) printJson({ schemaVersion: 1, ...restored });
  else console.log(summary(restored));
}

function summary({ store, as, lastChange, backup, url, kept, seconds, directory }: RestoreStatus): string {
  const state =
    lastChange === null ? `as it was in the backup ${backup}` : `with its last change at ${lastChange}`;
  if (kept !== null)
    return `${store} goes on ${state}, after ${seconds} s.\nWhat it had before is in ${kept}.`;
  return [
    `${as} runs beside ${store}, ${state}, after ${seconds} s.`,
    url,
    style.dim(
      `Its data is in ${directory}; it lasts until the twin's next start, or \`plumbline restore ${as} --drop\`.`,
    ),
  ].join("\n");
}
