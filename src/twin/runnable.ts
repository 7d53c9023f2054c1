import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import { supportedKinds } from "./stores/stores.ts";

/**
 * Refuses an architecture with a part that a twin cannot run, before anything is started.
 * @throws PlumblineError STORE_UNSUPPORTED or LINK_UNSUPPORTED, with the part's name.
 */
export function assertRunnable({
  services,
  stores,
}: Pick<ResolvedArchitecture, "services" | "stores">): void {
  const kinds = supportedKinds();
  for (const [name, { kind }] of Object.entries(stores)) {
    if (kinds.includes(kind)) continue;
    throw new PlumblineError(
      "STORE_UNSUPPORTED",
      `The twin cannot run the store ${name}: nothing here stands in for ${kind}.`,
      `Run an architecture whose stores are ${kinds.join(" or ")}; \`plumbline check\` and \`describe\` work for this one.`,
    );
  }
  for (const [name, { uses }] of Object.entries(services)) {
    const called = uses.find((used) => services[used] !== undefined);
    if (called === undefined) continue;
    throw new PlumblineError(
      "LINK_UNSUPPORTED",
      `The twin cannot run the service ${name}: it calls the service ${called}, and nothing here carries that yet.`,
      "Run an architecture whose services use stores only; `plumbline check` and `describe` work for this one.",
    );
  }
}
