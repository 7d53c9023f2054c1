import type { ResolvedArchitecture } from "#model/architecture.ts";
import { resolve } from "#model/resolve.ts";
import { type ArchitectureFile, findArchitecture, loadArchitecture } from "#twin/architecture-file.ts";

/** The architecture that a user names, in one environment. @throws PlumblineError, ArchitectureError */
export async function resolveNamed(
  name: string | undefined,
  environment: string,
): Promise<ArchitectureFile & { readonly architecture: ResolvedArchitecture }> {
  const found = findArchitecture(name, process.cwd());
  return { ...found, architecture: resolve(await loadArchitecture(found.file), environment) };
}
