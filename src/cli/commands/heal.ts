import { Command } from "commander";
import { ControlClient } from "#twin/control-api/client.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { chooseTwin, requireRunning } from "../twins.ts";

interface HealOptions {
  readonly twin?: string;
  readonly json?: true;
}

export function healCommand(): Command {
  return new Command("heal")
    .description("mend what `break` has broken")
    .argument("[fault]", "its id, as break and status show it: fault-3; all of them if left out")
    .option("--twin <name>", "which twin; the only one that runs if left out")
    .addOption(jsonOption())
    .addHelpText("after", example("heal", "heal fault-3"))
    .action(heal);
}

async function heal(fault: string | undefined, options: HealOptions): Promise<void> {
  const client = new ControlClient(requireRunning(chooseTwin(options.twin, process.cwd())));
  const healed = await client.heal(fault);
  if (options.json) return printJson({ schemaVersion: 1, healed });
  for (const { id, on } of healed) console.log(`${id} is healed: ${on.join(", ")}`);
  if (healed.length === 0)
    console.log(fault === undefined ? "Nothing is broken." : `${fault} was over already.`);
}
