import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { GeneratedFile } from "#model/generated-file.ts";
import { projectTerraform } from "../project.ts";
import { renderOutputs } from "./outputs.ts";
import { HEAD, renderResources } from "./resources.ts";
import { renderSettings } from "./settings.ts";
import { renderTests } from "../tests/test-file.ts";
import { renderVariables, variablesIn } from "./variables.ts";

/** The root module of one environment: a file for each concern, in an order that never changes. */
export function terraformModule(architecture: ResolvedArchitecture): GeneratedFile[] {
  const stack = projectTerraform(architecture);
  const resources = renderResources(stack);
  const settings = renderSettings(architecture, stack);
  const tags = Object.fromEntries(
    Object.entries(architecture.services).map(([service, { image }]) => [service, image.tag]),
  );
  const variables = variablesIn([...resources.map(({ content }) => content), settings]);
  const files = [
    ...resources,
    { path: "versions.tf", content: withHead(settings) },
    { path: "variables.tf", content: withHead(renderVariables(variables, { image_tags: tags })) },
    { path: "outputs.tf", content: withHead(renderOutputs(architecture, stack)) },
    { path: "tests/architecture.tftest.hcl", content: withHead(renderTests(architecture, stack, variables)) },
  ];
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function withHead(content: string): string {
  return `${HEAD}\n${content}`;
}
