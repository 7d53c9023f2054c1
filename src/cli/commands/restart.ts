import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { ServiceStatus, TwinEvent, TwinStatus } from "#twin/status.ts";
import { interruption, waitInterrupted } from "../interruption.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";
import { chooseTwin, requireRunning } from "../twins.ts";
import { now, untilStatus } from "../until.ts";

/** Starts in a row that may fail before nobody waits any longer; the roll goes on trying. */
const FAILED_STARTS = 3;

interface RestartOptions {
  readonly twin?: string;
  readonly json?: true;
}

export function restartCommand(): Command {
  return new Command("restart")
    .description("replace a service's replicas by new ones, one after another, without an outage")
    .argument("<service>", "a web service or a worker: api")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("restart api", "restart api --twin fargate-production"))
    .action(restart);
}

async function restart(name: string, options: RestartOptions): Promise<void> {
  const twin = chooseTwin(options.twin, process.cwd());
  const client = new ControlClient(requireRunning(twin));
  const [began, since] = [performance.now(), now()];
  const signal = interruption();
  const { replicas } = await client.restart(name);
  const print = progressPrinter(process.stderr);
  const onEvent = (event: TwinEvent) => {
    if (!options.json && (event.part === name || event.part.startsWith(`${name}-`))) print(event);
  };
  let last: ServiceStatus | undefined;
  const isOver = (status: TwinStatus) => {
    last = status.services.find((service) => service.name === name);
    return !status.unsettled.includes(name) || (last?.trouble?.failures ?? 0) >= FAILED_STARTS;
  };
  try {
    await untilStatus(client, isOver, { signal, onEvent, since });
  } catch (error) {
    if (!signal.aborted) throw error;
    const what = `${replacedOf(replicas, last)} replicas of ${name} are replaced, and the roll goes on.`;
    return waitInterrupted(what, twin.name, options.json === true);
  }
  if (last && last.outdated > 0) throw neverHealthy(last, replicas);
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  if (options.json) printJson({ schemaVersion: 1, service: name, replicas, replaced: replicas, seconds });
  else console.log(`${replicas} of ${replicas} replaced in ${seconds} s`);
}

function neverHealthy(service: ServiceStatus, replicas: number): PlumblineError {
  const { name, trouble } = service;
  return new PlumblineError(
    "SERVICE_UNHEALTHY",
    `New replicas of ${name} failed ${trouble?.failures} times in a row: ${trouble?.replica} ${trouble?.reason}. ${replacedOf(replicas, service)} are replaced; ${service.healthy} healthy ones go on serving.`,
    `See \`plumbline logs ${trouble?.replica}\`, mend what it says, then run the command again. Until then new starts are tried, later and later.`,
  );
}

function replacedOf(replicas: number, service: ServiceStatus | undefined): string {
  return `${Math.max(0, replicas - (service?.outdated ?? replicas))} of ${replicas}`;
}
