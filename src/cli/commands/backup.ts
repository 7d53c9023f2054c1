import { Command } from "commander";
import type { BackupStatus, StoreBackupStatus } from "#twin/backups/backup-status.ts";
import { bucketsStatus } from "#twin/backups/store-status.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { twinsIn } from "#twin/state/state-directory.ts";
import { example, jsonOption } from "../options.ts";
import { formatBytes, printJson, table } from "../output.ts";
import { style } from "../style.ts";
import { chooseTwin, type KnownTwin, requireRunning } from "../twins.ts";

interface BackupOptions {
  readonly twin?: string;
  readonly list?: true;
  readonly json?: true;
}

export function backupCommand(): Command {
  return new Command("backup")
    .description("back up a store of a running twin now, or all; with --list, say what can be restored")
    .argument("[store]", "its name: database, cache; all if left out")
    .option("--list", "list the backups, also of a twin that is down, and make none")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("backup", "backup database", "backup --list"))
    .action(backup);
}

async function backup(store: string | undefined, options: BackupOptions): Promise<void> {
  const twin = chooseTwin(options.twin, process.cwd());
  const began = performance.now();
  const stores = options.list
    ? await listed(twin, store)
    : (await new ControlClient(requireRunning(twin)).backUp(store)).stores;
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  if (options.json) return printJson({ schemaVersion: 1, twin: twin.name, stores, seconds });
  if (options.list) return console.log(stores.map(listOf).join("\n\n") || "There are no backups.");
  for (const each of stores) {
    const made = each.backups.findLast(({ region }) => region === each.regions[0]);
    if (made) console.log(`${each.store} is backed up as ${made.id}: ${sizeOf(made)}`);
  }
  console.log(style.dim(`${seconds} s; in the background each is restored once to see that it can be.`));
}

async function listed(twin: KnownTwin, store: string | undefined): Promise<readonly StoreBackupStatus[]> {
  const { backups } = twin.state;
  const stores = twin.running
    ? (await new ControlClient(twin.running).backups()).stores
    : await bucketsStatus(backups, twinsIn(backups));
  return stores.filter((each) => store === undefined || each.store === store);
}

function listOf({ store, archiveEveryMs, trouble, restorable, backups }: StoreBackupStatus): string {
  const archived = archiveEveryMs === null ? "" : `, archived at least every ${archiveEveryMs / 1000} s`;
  const spans = restorable.map(({ from, to }) => `${from} to ${to ?? "now"}`);
  const rows = backups.map((each) => [
    each.id,
    each.region,
    each.finishedAt ?? "",
    sizeOf(each),
    stateOf(each),
    each.failure ?? "",
  ]);
  return [
    `${style.bold(store)}${style.dim(archived)}`,
    ...(trouble === null ? [] : [`  ${style.red(trouble)}`]),
    `  can be restored: ${spans.join(", ") || style.yellow("not yet, it has no backup")}`,
    ...(rows.length > 0 ? [table(rows, "  ")] : []),
  ].join("\n");
}

function sizeOf({ bytes, storedBytes }: BackupStatus): string {
  return `${formatBytes(bytes)}, ${formatBytes(storedBytes)} stored`;
}

function stateOf({ state }: BackupStatus): string {
  return { untried: style.dim(state), restores: style.green(state), broken: style.red(state) }[state];
}
