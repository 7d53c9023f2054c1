import { Command } from "commander";
import { isRecord } from "#model/data.ts";
import { ArchitectureError, type Problem } from "#model/problems.ts";
import { checkArchitecture, environmentsOf } from "#model/resolve.ts";
import { checkClaims, claimsOf } from "#model/claims-check.ts";
import { findArchitecture, loadArchitecture } from "#twin/architecture-file.ts";
import { checkPolicies } from "#terraform/policies/check.ts";
import { projectTerraform } from "#terraform/project.ts";
import { reachabilityOf } from "#terraform/reachability/compare.ts";
import { resolveNamed } from "../architectures.ts";
import { readDocument } from "../documents.ts";
import { policiesJson, renderPolicies } from "../generate/policies-view.ts";
import { renderReachability } from "../generate/reachability-view.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";
import { style } from "../style.ts";

interface Options {
  readonly documents?: string;
  readonly reachability?: true;
  readonly policies?: true;
  readonly environment: string;
  readonly json?: true;
}

export function checkCommand(): Command {
  return new Command("check")
    .description("say everything that is wrong with an architecture, in every environment")
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .option(
      "--documents <folder>",
      "also look whether each claim's words stand at their line of the document there",
    )
    .option(
      "--reachability",
      "who can reach whom on AWS, by what is generated; fails on a way that is not declared",
    )
    .option(
      "--policies",
      "whether what is generated follows CIS, PCI DSS, HIPAA and SOC 2; fails on a finding that is not excepted",
    )
    .option(
      "-e, --environment <name>",
      "of which environment, for --reachability and --policies",
      "production",
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "check fargate",
        "check architecture.ts --documents docs",
        "check fargate --reachability",
        "check fargate --policies",
      ),
    )
    .action(async (name: string | undefined, options: Options) => {
      const { documents, json } = options;
      if (options.reachability || options.policies) return checkGenerated(name, options);
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

/** What is asked of the generated resources; both questions may be asked at once. */
async function checkGenerated(
  name: string | undefined,
  { environment, reachability, policies, json }: Options,
): Promise<void> {
  const { architecture } = await resolveNamed(name, environment);
  const generated = projectTerraform(architecture);
  const reach = reachability ? reachabilityOf(architecture, generated) : null;
  const report = policies ? checkPolicies(architecture, generated) : null;
  const isRight =
    (reach?.forbidden.length ?? 0) + (reach?.missing.length ?? 0) === 0 &&
    (report?.findings ?? []).every(({ exception }) => exception !== null);
  if (json)
    printJson({
      schemaVersion: 1,
      environment,
      ...(reach ? { reachability: reach } : {}),
      ...(report ? { policies: policiesJson(report) } : {}),
    });
  else {
    if (reach) console.log(renderReachability(reach));
    if (report) console.log(renderPolicies(report));
  }
  if (!isRight) process.exitCode = 1;
}

function misquotes(architecture: unknown, folder: string): Problem[] {
  return checkClaims(architecture, (document) => readDocument(folder, document));
}

function architectureName(architecture: unknown): string {
  return isRecord(architecture) ? String(architecture["name"]) : "(no name)";
}
