// What others may hear of what was done with a case; notes stay with those who read the case.
import type { Detail } from "../events/kinds.ts";
import type { CaseOutcome, NewEvent, StoredCase } from "./case.ts";
import type { Severity } from "./sla.ts";

type CaseKind = "case.opened" | "case.alert-added" | "case.assigned" | "case.released" | "case.closed";

/** An event as `emit` takes it. */
export type Told = { [Kind in CaseKind]: { readonly kind: Kind; readonly detail: Detail<Kind> } }[CaseKind];

export function toldOf(
  { id, dueAt }: Pick<StoredCase, "id" | "dueAt">,
  { actor, kind, details }: Omit<NewEvent, "at">,
): Told | undefined {
  const alert = () => ({
    case: id,
    decision: details["decision"] as string,
    severity: details["outcome"] as Severity,
    score: details["score"] as number,
  });
  switch (kind) {
    case "opened":
      return { kind: "case.opened", detail: { ...alert(), dueAt: dueAt.toISOString() } };
    case "alert_added":
      return { kind: "case.alert-added", detail: alert() };
    case "assigned":
      return { kind: "case.assigned", detail: { case: id, assignee: details["to"] as string, by: actor } };
    case "released":
      return { kind: "case.released", detail: { case: id, by: actor } };
    case "closed":
      return {
        kind: "case.closed",
        detail: { case: id, outcome: details["outcome"] as CaseOutcome, by: actor },
      };
    case "noted":
      return undefined;
  }
}
