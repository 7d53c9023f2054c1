import { Command } from "commander";
import { isRecord } from "#model/data.ts";
import { environmentsOf } from "#model/resolve.ts";
import { knownArchitectures, loadArchitecture } from "#twin/architecture-file.ts";
import { example, jsonOption } from "../options.ts";
import { printJson, table } from "../output.ts";
import { style } from "../style.ts";
import { knownTwins } from "../twins.ts";

export function listCommand(): Command {
  return new Command("list")
    .description("list the architectures that can be named here, and the twins of this folder")
    .addOption(jsonOption())
    .addHelpText("after", example("list"))
    .action(async ({ json }: { json?: true }) => {
      const architectures = await Promise.all(knownArchitectures(process.cwd()).map(describe));
      const twins = knownTwins(process.cwd()).map(({ name, running, abandoned, state }) => ({
        name,
        state: running ? "up" : abandoned ? "left behind by a killed supervisor" : "down",
        stateDirectory: state.root,
      }));
      if (json) return printJson({ schemaVersion: 1, architectures, twins });
      console.log(style.bold("architectures"));
      console.log(
        table(
          architectures.map(({ name, description, environments }) => [
            style.cyan(name),
            description,
            style.dim(environments.join(", ")),
          ]),
          "  ",
        ),
      );
      console.log(`\n${style.bold("twins")}`);
      console.log(
        twins.length > 0
          ? table(
              twins.map(({ name, state }) => [style.cyan(name), state]),
              "  ",
            )
          : "  none yet: `plumbline up <architecture>`",
      );
    });
}

/** One that cannot be loaded is listed all the same, with the reason in place of its description. */
async function describe({ name, file }: { name: string; file: string }) {
  try {
    const architecture = await loadArchitecture(file);
    const description = isRecord(architecture) ? String(architecture["description"] ?? "") : "";
    return { name, file, description, environments: environmentsOf(architecture) };
  } catch (error) {
    return { name, file, description: (error as Error).message, environments: [] };
  }
}
