import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { RotationStatus, TwinEvent, TwinStatus } from "#twin/status.ts";
import { interruption, waitInterrupted } from "../interruption.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";
import { chooseTwin, requireRunning } from "../twins.ts";
import { now, untilStatus } from "../until.ts";

interface RotateOptions {
  readonly twin?: string;
  readonly json?: true;
}

export function rotateCommand(): Command {
  return new Command("rotate")
    .description("change the credentials of a store, without an outage")
    .argument("<store>", "a database or a cache: database")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("rotate database", "rotate cache --twin fargate-production"))
    .action(rotate);
}

async function rotate(store: string, options: RotateOptions): Promise<void> {
  const twin = chooseTwin(options.twin, process.cwd());
  const client = new ControlClient(requireRunning(twin));
  const [began, since] = [performance.now(), now()];
  const signal = interruption();
  let last: RotationStatus = await client.rotate(store);
  const print = progressPrinter(process.stderr);
  const onEvent = (event: TwinEvent) => {
    if (!options.json) print(event);
  };
  const isOver = ({ rotations }: TwinStatus) => {
    last = rotations.find((rotation) => rotation.store === store) ?? last;
    return last.step === null;
  };
  try {
    await untilStatus(client, isOver, { signal, onEvent, since });
  } catch (error) {
    if (!signal.aborted) throw error;
    return waitInterrupted(
      `The credentials of ${store} are being rotated: ${last.step}.`,
      twin.name,
      options.json === true,
    );
  }
  if (last.failure) throw rotationFailed(store, last, last.failure);
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  if (options.json) printJson({ schemaVersion: 1, store, rotation: last, seconds });
  else
    console.log(
      `${store} has new credentials (${last.user}), and the old ones are disabled, after ${seconds} s`,
    );
}

function rotationFailed(
  store: string,
  { user, previousUser, next }: RotationStatus,
  { step, reason }: NonNullable<RotationStatus["failure"]>,
): PlumblineError {
  const works = previousUser === null || previousUser === user ? user : `${user} and ${previousUser}`;
  const again = next === null ? "then run the command again" : `it is tried again by itself at ${next}`;
  return new PlumblineError(
    "ROTATION_FAILED",
    `The credentials of ${store} were not rotated: ${step}: ${reason}. Services go on with what works: ${works}.`,
    `Mend what it says (\`plumbline logs\`); ${again}.`,
  );
}
