import type { ResolvedArchitecture, ResolvedObjective } from "#model/architecture.ts";
import { claimOf } from "./claims.ts";
import type { VerifyCheck } from "./report.ts";

export type ObjectiveKind = ResolvedObjective["kind"];

/** Something that the architecture promises. One that only `recovery` states may have no words of the document. */
export type Promised<Kind extends ObjectiveKind = ObjectiveKind> = Kind extends ObjectiveKind
  ? Omit<Extract<ResolvedObjective, { kind: Kind }>, "claim"> & {
      readonly claim: {
        readonly text: string;
        readonly line: number;
        readonly document?: string | undefined;
      } | null;
    }
  : never;

/** The faults after which everything has to be made anew. */
const DISASTERS: ReadonlySet<string> = new Set(["disaster", "region-failure"]);

/** Every objective, and `recovery.rto` and `recovery.rpo` where no objective says the same. */
export function promisesOf(architecture: ResolvedArchitecture): Promised[] {
  const { objectives, recovery } = architecture;
  const states = (kind: "recovery" | "data-loss", within: number) =>
    objectives.some((each) => each.kind === kind && each.within === within && DISASTERS.has(each.from));
  const from = recovery.region === undefined ? ("disaster" as const) : ("region-failure" as const);
  const implied: Promised[] = [];
  if (recovery.rto !== undefined && !states("recovery", recovery.rto))
    implied.push({
      id: freeId(architecture, "rto"),
      kind: "recovery",
      from,
      within: recovery.rto,
      claim: claimOf(architecture, "recovery.rto"),
    });
  if (recovery.rpo !== undefined && !states("data-loss", recovery.rpo))
    implied.push({
      id: freeId(architecture, "rpo"),
      kind: "data-loss",
      from,
      within: recovery.rpo,
      claim: claimOf(architecture, "recovery.rpo"),
    });
  return [...objectives, ...implied];
}

/** What a check about a promise says of it. */
export function about(
  promised: Promised,
): Pick<VerifyCheck, "objective" | "kind" | "claim" | "claimLine" | "claimDocument" | "part"> {
  const { id, kind, claim } = promised;
  return {
    objective: id,
    kind,
    claim: claim?.text ?? null,
    claimLine: claim?.line ?? null,
    claimDocument: claim?.document ?? null,
    part: partOf(promised),
  };
}

function partOf(promised: Promised): string | null {
  if ("store" in promised && promised.store !== undefined) return `stores.${promised.store}`;
  if (promised.kind === "connections") return `stores.${promised.to}`;
  if (promised.kind === "continuity" && promised.service !== undefined) return `services.${promised.service}`;
  return null;
}

/** An objective may have the name already. */
function freeId({ objectives }: ResolvedArchitecture, name: string): string {
  return objectives.some(({ id }) => id === name) ? `recovery-${name}` : name;
}
