import { Command } from "commander";
import { resolveNamed } from "../architectures.ts";
import { renderArchitecture } from "../architecture-view.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";

export function describeCommand(): Command {
  return new Command("describe")
    .description(
      "show an architecture with every default: network, services, stores, objectives, contradictions",
    )
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .option("-e, --environment <name>", "which of its environments", "production")
    .addOption(jsonOption())
    .addHelpText("after", example("describe fargate", "describe fargate --environment development --json"))
    .action(async (name: string | undefined, { environment, json }: { environment: string; json?: true }) => {
      const { architecture } = await resolveNamed(name, environment);
      if (json) printJson({ schemaVersion: 1, ...architecture });
      else console.log(renderArchitecture(architecture));
    });
}
