import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { stampOf } from "#stores/backup/vault.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { launch } from "#twin/launch.ts";
import { assertRunnable } from "#twin/runnable.ts";
import { stateDirectory, twinName, twinsDirectory } from "#twin/state/state-directory.ts";
import { runningRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import { resolveNamed } from "./architectures.ts";
import type { RestoreOptions } from "./commands/restore.ts";
import { confirm } from "./confirm.ts";
import { printJson } from "./output.ts";
import { progressPrinter } from "./progress.ts";
import { renderStatus } from "./status-view.ts";

/**
 * Brings a twin that has lost its data up from the buckets of a region. Where its supervisor is still there, its stores
 * are filled; else it is started, and goes on running.
 */
export async function restoreRegion(options: RestoreOptions): Promise<void> {
  const { region, environment, json } = options;
  if (region === undefined)
    throw new PlumblineError(
      "COMMAND_INVALID",
      "Neither a store nor a region is named.",
      "`plumbline restore database`, or `plumbline restore --region us-west-2`.",
    );
  const began = performance.now();
  const { file, project, architecture } = await resolveNamed(options.architecture, environment);
  assertRunnable(architecture);
  const name = options.twin ?? twinName(architecture.name, environment);
  const stateRoot = join(twinsDirectory(process.cwd()), name);
  const state = stateDirectory(stateRoot);
  const record = runningRecord(state);
  if (record) {
    const restored = await new ControlClient(record).restore({ region });
    if (json) return printJson({ schemaVersion: 1, name, ...restored });
    return console.log(`The stores of ${name} are filled from ${region}, after ${restored.seconds} s.`);
  }
  let kept: string | null = null;
  if (existsSync(state.data)) {
    kept = `${state.data}.kept-${stampOf(new Date())}`;
    await confirm(`${name} has data. It is put aside as ${kept}.`, options);
    renameSync(state.data, kept);
  }
  const twin = launch(
    {
      name,
      architectureFile: file,
      environment,
      project,
      stateRoot,
      profile: "local",
      port: null,
      restoreFrom: region,
    },
    json ? () => {} : progressPrinter(process.stderr),
  );
  let status: TwinStatus;
  try {
    status = await twin.ready;
  } catch (error) {
    await twin.ended;
    if (kept !== null) console.error(`What ${name} had before is in ${kept}.`);
    throw error;
  }
  twin.detach();
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  if (json) return printJson({ schemaVersion: 1, name, region, kept, seconds, status });
  console.log(
    `\n${renderStatus(status)}\n\n${name} is up from the backups in ${region}, after ${seconds} s.`,
  );
  if (kept !== null) console.log(`What it had before is in ${kept}.`);
}
