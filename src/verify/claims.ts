import type { ResolvedArchitecture } from "#model/architecture.ts";

type Claim = ResolvedArchitecture["sources"][string];

/**
 * The document's words about a part or setting: at its own path, else at the nearest part around it, else (of one part, not
 * of a whole area such as `network`) at the first of what is in it. What is said of the environment comes before what is
 * said of all of them.
 */
export function claimOf(
  { sources, environment }: Pick<ResolvedArchitecture, "sources" | "environment">,
  path: string,
): Claim | null {
  const own = `environments.${environment}.`;
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const found = sources[own + at] ?? sources[at];
    if (found) return found;
  }
  if (!path.includes(".")) return null;
  const within = Object.keys(sources).find(
    (key) => key.startsWith(`${path}.`) || key.startsWith(`${own}${path}.`),
  );
  return within === undefined ? null : (sources[within] ?? null);
}

/** The words themselves: what makes some of them bold in a document is not among them. */
export function words(claim: string): string {
  return claim.replaceAll("**", "");
}
