import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import type { DeploymentStatus, ServiceStatus, TwinEvent, TwinStatus } from "#twin/status.ts";
import { interruption, waitInterrupted } from "../interruption.ts";
import { example, jsonOption, parseSpan } from "../options.ts";
import { printJson } from "../output.ts";
import { progressPrinter } from "../progress.ts";
import { chooseTwin, requireRunning } from "../twins.ts";
import { now, untilStatus } from "../until.ts";

interface DeployOptions {
  readonly version?: string;
  readonly imageTag?: string;
  readonly rollback: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly twin?: string;
  readonly json?: true;
}

export function deployCommand(): Command {
  return new Command("deploy")
    .description("roll a service to another version; one that fails is rolled back")
    .argument("<service>", "a web service or a worker: api")
    .option("--version <name>", "one of the service's versions; `current` is the service as it is declared")
    .option("--image-tag <tag>", "what AWS would run; here it is only recorded")
    .option("--no-rollback", "leave things as they are when it fails: nothing more is started")
    .option("--timeout <duration>", "it fails when it takes longer: 30s, 5m", parseSpan)
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("deploy api --version v2", "deploy api --version current --timeout 2m"))
    .action(deploy);
}

async function deploy(name: string, options: DeployOptions): Promise<void> {
  if (options.version === undefined && options.imageTag === undefined)
    throw new PlumblineError(
      "DEPLOYMENT_EMPTY",
      "Nothing says what is to be deployed.",
      "Give --version, --image-tag or both.",
    );
  const twin = chooseTwin(options.twin, process.cwd());
  const client = new ControlClient(requireRunning(twin));
  const since = now();
  const signal = interruption();
  const begun = await client.deploy(name, {
    rollback: options.rollback,
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.imageTag === undefined ? {} : { imageTag: options.imageTag }),
    ...(options.timeout === undefined ? {} : { timeoutMs: options.timeout }),
  });
  if (begun === null) return sayNothingToDo(name, await client.status(), options);
  const print = progressPrinter(process.stderr);
  const onEvent = (event: TwinEvent) => {
    if (!options.json && (event.part === name || event.part.startsWith(`${name}-`))) print(event);
  };
  let last: DeploymentStatus = begun;
  const isOver = (status: TwinStatus) => {
    const deployment = serviceIn(status, name)?.deployment;
    if (deployment?.id === begun.id) last = deployment;
    return deployment?.id !== begun.id || deployment.state !== "IN_PROGRESS";
  };
  try {
    await untilStatus(client, isOver, { signal, onEvent, since });
  } catch (error) {
    if (!signal.aborted) throw error;
    const what = `${last.replaced} of ${last.total} replicas of ${name} run ${last.to}, and the deployment goes on.`;
    return waitInterrupted(what, twin.name, options.json === true);
  }
  if (last.state !== "COMPLETED") throw deploymentFailed(name, last);
  const seconds = secondsOf(last);
  if (options.json) printJson({ schemaVersion: 1, service: name, deployment: last, seconds });
  else console.log(`${name} runs ${last.to}: ${last.replaced} of ${last.total} replaced in ${seconds} s`);
}

function sayNothingToDo(name: string, status: TwinStatus, { json }: DeployOptions): void {
  const service = serviceIn(status, name);
  if (json)
    return printJson({
      schemaVersion: 1,
      service: name,
      version: service?.version ?? null,
      deployment: null,
    });
  console.log(
    `${name} runs ${service?.version} already. \`plumbline restart ${name}\` replaces its replicas.`,
  );
}

function deploymentFailed(name: string, deployment: DeploymentStatus): PlumblineError {
  const { from, to, reason, rolledBack, lastFailure, replaced, total } = deployment;
  const said = lastFailure
    ? ` ${lastFailure.replica} ${lastFailure.reason}; the end of its output:\n${lastFailure.output ?? ""}`
    : "";
  const where = lastFailure ? `plumbline logs ${lastFailure.replica}` : "plumbline status";
  if (rolledBack)
    return new PlumblineError(
      "DEPLOYMENT_ROLLED_BACK",
      `${to} did not succeed, and ${name} runs ${from} again: ${reason}.${said}`,
      `Mend what it says (\`${where}\`), then deploy it again.`,
    );
  return new PlumblineError(
    "DEPLOYMENT_FAILED",
    `${to} could not be deployed to ${name}: ${reason}. ${replaced} of ${total} replicas run it.${said}`,
    `Mend what it says (\`${where}\`), then deploy it again, or go back: \`plumbline deploy ${name} ${optionsFor(from)}\`.`,
  );
}

/** A release is named by its version, and by the image's tag where one was asked for. */
function optionsFor(release: string): string {
  const [version, tag] = release.split(":");
  return tag === undefined ? `--version ${version}` : `--version ${version} --image-tag ${tag}`;
}

function secondsOf({ startedAt, endedAt }: DeploymentStatus): number {
  return Number(((Date.parse(endedAt ?? startedAt) - Date.parse(startedAt)) / 1000).toFixed(1));
}

function serviceIn({ services }: TwinStatus, name: string): ServiceStatus | undefined {
  return services.find((service) => service.name === name);
}
