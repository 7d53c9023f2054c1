import { delimiter, dirname } from "node:path";
import { Command } from "commander";
import { PlumblineError } from "#model/errors.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { runAttached } from "../run-attached.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

interface ExecOptions {
  readonly twin?: string;
  readonly json?: true;
}

export function execCommand(): Command {
  return new Command("exec")
    .description(
      "run a command as a service's replicas are run: in their folder, with their variables and secrets",
    )
    .argument("<part>", "a service, a replica or a job: api, api-1, migrate")
    .argument("[command...]", "the command, behind --; the variables are printed if it is left out")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example("exec api -- node", "exec api-1 -- sh -c 'curl http://$HOST:$PORT/healthz'"),
    )
    .action(exec);
}

async function exec(part: string, command: readonly string[], options: ExecOptions): Promise<void> {
  const twin = chooseTwin(options.twin, process.cwd());
  const control = new ControlClient(requireRunning(twin));
  const found = await control.environment(part);
  if (!found) {
    const { services } = await control.status();
    const names = services.flatMap(({ name, replicas }) => [name, ...replicas.map(({ id }) => id)]);
    throw new PlumblineError(
      "PART_NOT_FOUND",
      `${twin.name} has no service, replica or job ${part}.`,
      `There are: ${names.join(", ")}.`,
    );
  }
  const { cwd, variables, zone } = found;
  if (options.json) return printJson({ schemaVersion: 1, part, zone, cwd, variables });
  const [program, ...args] = command;
  if (program === undefined) {
    for (const [name, value] of Object.entries(variables)) console.log(`${name}=${value}`);
    return;
  }
  // Replicas find the Node that Plumbline brings first on PATH, and so does this.
  const PATH = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  process.exitCode = await runAttached(program, args, { cwd, env: { ...variables, PATH } });
}
