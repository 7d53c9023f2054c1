import { rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { ControlClient } from "#twin/control-api/client.ts";
import { endLeftovers } from "#twin/state/clean-up.ts";
import { lockHolder } from "#twin/state/lock.ts";
import { isRunning, type ProcessIdentity, signal } from "#twin/state/process-identity.ts";
import { removeRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { chooseTwin, type KnownTwin } from "../twins.ts";

/** A supervisor gives its parts their own deadlines; one that needs longer than all of them hangs. */
const STOP_WITHIN_MS = 60_000;

export function downCommand(): Command {
  return new Command("down")
    .description("stop a twin: drain connections, then end every process; its data stays")
    .argument("[twin]", "its name; the only one that runs if left out")
    .option("--purge", "forget its data, backups and logs too")
    .addOption(jsonOption())
    .addHelpText("after", example("down", "down fargate-development --purge"))
    .action(async (name: string | undefined, { purge = false, json }: { purge?: boolean; json?: true }) => {
      const twin = chooseTwin(name, process.cwd());
      const supervisor = twin.running?.process ?? lockHolder(twin.state);
      if (supervisor) await stop(supervisor, twin.running);
      const ended = await endLeftovers(twin.state);
      removeRecord(twin.state);
      if (purge) rmSync(twin.state.root, { recursive: true, force: true });
      if (json)
        printJson({
          schemaVersion: 1,
          name: twin.name,
          wasRunning: supervisor !== null,
          endedLeftovers: ended.length,
          purged: purge,
        });
      else console.log(summary(twin, supervisor !== null, ended.length, purge));
    });
}

async function stop(supervisor: ProcessIdentity, record: SupervisorRecord | null): Promise<void> {
  const asked = await askToStop(record);
  // One that does not answer is asked by a signal, and ended by force when its time is over.
  if (!asked) signal(supervisor, "SIGTERM");
  if (!asked) signal(supervisor, "SIGCONT");
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (isRunning(supervisor)) {
    if (Date.now() > deadline) signal(supervisor, "SIGKILL");
    await delay(20);
  }
}

/** @returns whether the supervisor has heard it; one without a record has no control API yet. */
async function askToStop(record: SupervisorRecord | null): Promise<boolean> {
  if (!record) return false;
  return new ControlClient(record).stop().then(
    () => true,
    () => false,
  );
}

function summary({ name, abandoned }: KnownTwin, ran: boolean, ended: number, purged: boolean): string {
  const data = purged
    ? "Its data and logs are gone."
    : "Its data stays; `plumbline up` starts with it, `--purge` forgets it.";
  if (ran) return `${name} is down. ${data}`;
  return abandoned || ended > 0
    ? `${name} had no supervisor; ended ${ended} processes. ${data}`
    : `${name} was down already. ${data}`;
}
