// What `import … from "plumbline"` gives to an architecture file and to tools.
export { type Architecture, defineArchitecture, type ResolvedArchitecture } from "#model/architecture.ts";
export { PlumblineError } from "#model/errors.ts";
export { ArchitectureError, type Problem } from "#model/problems.ts";
export { checkArchitecture, resolve } from "#model/resolve.ts";
export { terraformOverrides, type TerraformOverrides } from "#terraform/overrides.ts";
