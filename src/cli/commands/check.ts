import { Command } from "commander";
import { isRecord } from "#model/data.ts";
import { ArchitectureError, type Problem } from "#model/problems.ts";
import { checkArchitecture, environmentsOf } from "#model/resolve.ts";
import { checkClaims, claimsOf } from "#model/claims-check.ts";
import { findArchitecture, loadArchitecture } from "#twin/architecture-file.ts";
import { readDocument } from "../documents.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { style } from "../style.ts";

export function checkCommand(): Command {
  return new Command("check")
    .description("say everything that is wrong with an architecture, in every environment")
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .option(
      "--documents <folder>",
      "also look whether each claim's words stand at their line of the document there",
    )
    .addOption(jsonOption())
    .addHelpText("after", example("check fargate", "check architecture.ts --documents docs"))
    .action(async (name: string | undefined, { documents, json }: { documents?: string; json?: true }) => {
      const { file } = findArchitecture(name, process.cwd());
      const architecture = await loadArchitecture(file);
      const problems = [
        ...checkArchitecture(architecture),
        ...(documents === undefined ? [] : misquotes(architecture, documents)),
      ];
      const claims = claimsOf(architecture).length;
      if (json)
        printJson({ schemaVersion: 1, file, environments: environmentsOf(architecture), claims, problems });
      if (problems.length === 0) {
        const where = `with ${file} in ${environmentsOf(architecture).join(" and ")}`;
        const quoted = claims === 1 ? "1 claim stands at its line" : `${claims} claims stand at their lines`;
        if (!json)
          console.log(`${style.green("Nothing is wrong")} ${where}${documents ? `; ${quoted}` : ""}.`);
        return;
      }
      if (!json) throw new ArchitectureError(architectureName(architecture), problems);
      process.exitCode = 1;
    });
}

function misquotes(architecture: unknown, folder: string): Problem[] {
  return checkClaims(architecture, (document) => readDocument(folder, document));
}

function architectureName(architecture: unknown): string {
  return isRecord(architecture) ? String(architecture["name"]) : "(no name)";
}
