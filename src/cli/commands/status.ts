import { Command } from "commander";
import { ControlClient } from "#twin/control-api/client.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { renderStatus } from "../status-view.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

export function statusCommand(): Command {
  return new Command("status")
    .description("show a running twin: zones, replicas, stores and their roles, addresses, substitutes")
    .argument("[twin]", "its name; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("status", "status fargate-production --json"))
    .action(async (name: string | undefined, { json }: { json?: true }) => {
      const record = requireRunning(chooseTwin(name, process.cwd()));
      const status = await new ControlClient(record).status();
      if (json) printJson(status);
      else console.log(renderStatus(status));
    });
}
