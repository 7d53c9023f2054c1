import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { supportedKinds } from "./stores/stores.ts";

/**
 * Refuses an architecture with a part that a twin cannot run, before anything is started.
 * @throws PlumblineError STORE_UNSUPPORTED, with the store's name.
 */
export function assertRunnable({ stores }: Pick<ResolvedArchitecture, "stores">): void {
  const kinds = supportedKinds();
  for (const [name, { kind }] of Object.entries(stores)) {
    if (kinds.includes(kind)) continue;
    throw new PlumblineError(
      "STORE_UNSUPPORTED",
      `The twin cannot run the store ${name}: nothing here stands in for ${kind}.`,
      `Run an architecture whose stores are ${kinds.join(" or ")}; \`plumbline check\` and \`describe\` work for this one.`,
    );
  }
}
