import { resolve as resolvePath, join } from "node:path";
import { Command, Option } from "commander";
import { terraformModule } from "#terraform/module/module.ts";
import { resolveNamed } from "../architectures.ts";
import { writeGenerated } from "../generate/generated-folder.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { style } from "../style.ts";

interface Options {
  readonly environment: string;
  readonly out: string;
  readonly overwrite?: true;
  readonly json?: true;
}

export function generateCommand(): Command {
  return new Command("generate")
    .description("write the Terraform that builds one environment of an architecture on AWS")
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .option("-e, --environment <name>", "which of its environments", "production")
    .addOption(
      new Option(
        "-o, --out <folder>",
        "where to write; Terraform goes into its terraform folder",
      ).makeOptionMandatory(),
    )
    .option("--overwrite", "drop changes that were made to generated files by hand")
    .addOption(jsonOption())
    .addHelpText("after", example("generate fargate --environment production --out infrastructure"))
    .action(async (name: string | undefined, { environment, out, overwrite, json }: Options) => {
      const { architecture } = await resolveNamed(name, environment);
      const folder = join(resolvePath(out), "terraform");
      const { written, unchanged, removed } = writeGenerated(folder, terraformModule(architecture), {
        overwrite: overwrite ?? false,
      });
      if (json) {
        const { name: architectureName } = architecture;
        return printJson({
          schemaVersion: 1,
          architecture: architectureName,
          environment,
          folder,
          written,
          unchanged,
          removed,
        });
      }
      for (const path of written) console.log(`${style.green("written")}    ${join(folder, path)}`);
      for (const path of removed) console.log(`${style.yellow("removed")}    ${join(folder, path)}`);
      if (unchanged.length > 0) console.log(`${unchanged.length} files are as they were.`);
      console.log(
        `\nNext:\n  $ cd ${folder}\n  $ terraform init -backend-config=bucket=NAME\n  $ terraform plan`,
      );
    });
}
