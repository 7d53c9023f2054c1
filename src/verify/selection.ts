import { PlumblineError } from "#model/errors.ts";
import { nearest } from "#model/nearest.ts";
import type { VerifyCheck } from "./report.ts";

const SOURCES: readonly VerifyCheck["source"][] = ["computed", "documented", "simulated", "measured"];

/** Which checks are wanted: by objective, kind, source or id. Empty: all. */
export class Selection {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  has({ id, kind, objective, source }: Pick<VerifyCheck, "id" | "kind" | "objective" | "source">): boolean {
    if (this.names.length === 0) return true;
    return this.names.some(
      (name) => [id, kind, objective, source].includes(name) || id.startsWith(`${name}.`),
    );
  }

  /** @throws PlumblineError VERIFY_CHECK_UNKNOWN for a name that stands for no check */
  assertKnown(checks: readonly VerifyCheck[], kinds: readonly string[]): void {
    const known = new Set([
      ...kinds,
      ...SOURCES,
      ...checks.flatMap(({ id, kind, objective }) => [id, kind, ...(objective === null ? [] : [objective])]),
    ]);
    const unknown = this.names.find(
      (name) => !known.has(name) && !checks.some(({ id }) => id.startsWith(`${name}.`)),
    );
    if (unknown === undefined) return;
    const likely = nearest(unknown, [...known]);
    const objectives = new Set(checks.flatMap(({ objective }) => objective ?? []));
    throw new PlumblineError(
      "VERIFY_CHECK_UNKNOWN",
      `No check has "${unknown}" as its id, objective, kind or source.`,
      `${likely === undefined ? "" : `Did you mean "${likely}"? `}Sources: ${SOURCES.join(", ")}. Kinds: ${[...new Set(checks.map(({ kind }) => kind))].join(", ")}. Objectives: ${[...objectives].join(", ")}.`,
    );
  }
}
