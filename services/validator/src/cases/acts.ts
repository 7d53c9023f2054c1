// What people may do with a case, and what becomes of it: decided of the case as it is, written by whoever keeps it.
import { allowMatch, requireMatch } from "../http/preconditions.ts";
import { Problem } from "../http/problems.ts";
import { type CaseOutcome, type StoredCase, caseTag } from "./case.ts";
import type { Change } from "./store.ts";

/** Who acts, on which case, having read what. */
export interface Addressed {
  readonly actor: string;
  /** Whether they may decide about the work of others. */
  readonly leads: boolean;
  readonly id: string;
  readonly ifMatch: string | undefined;
}

/** A pending case becomes the actor's. Who leads gives any open case to anybody. */
export function assigning(
  before: StoredCase,
  { actor, leads, ifMatch }: Addressed,
  assignee: string,
): Change | undefined {
  refuseClosed(before);
  requireMatch(ifMatch, caseTag(before));
  if (!leads) {
    if (assignee !== actor) throw leadNeeded("is for somebody else to take");
    if (before.assignee !== null && before.assignee !== actor) throw caseState("is somebody else's");
  }
  if (before.assignee === assignee) return undefined;
  return {
    work: { kind: "assignee", assignee },
    event: { actor, kind: "assigned", details: { from: before.assignee, to: assignee } },
  };
}

/** Back into the queue. */
export function releasing(before: StoredCase, { actor, leads, ifMatch }: Addressed): Change | undefined {
  refuseClosed(before);
  allowMatch(ifMatch, caseTag(before));
  if (before.assignee === null) return undefined;
  if (!leads && before.assignee !== actor) throw leadNeeded("is somebody else's");
  return {
    work: { kind: "assignee", assignee: null },
    event: { actor, kind: "released", details: { from: before.assignee } },
  };
}

/** The case of somebody who was locked goes back to the queue; one that is no longer theirs stays as it is. */
export function releasingOf(before: StoredCase, person: string, actor: string): Change | undefined {
  if (before.state !== "investigating" || before.assignee !== person) return undefined;
  const details = { from: person, why: "person.locked" };
  return {
    work: { kind: "assignee", assignee: null },
    event: { actor, kind: "released", details },
    act: { actor, act: "case.released", subject: `cases/${before.id}`, details },
  };
}

export function noting(before: StoredCase, { actor }: Addressed, text: string): Change {
  refuseClosed(before);
  return { event: { actor, kind: "noted", details: { text } } };
}

/** By its assignee only, who says what came out of it. */
export function closing(
  before: StoredCase,
  { actor, ifMatch }: Addressed,
  { outcome, note }: { readonly outcome: CaseOutcome; readonly note: string },
): Change {
  refuseClosed(before);
  // What came in since it was read is not closed with the rest.
  requireMatch(ifMatch, caseTag(before));
  if (before.assignee !== actor) throw caseState("is not assigned to you");
  const details = { outcome, note, alerts: before.alerts };
  return {
    work: { kind: "outcome", outcome, closedBy: actor },
    event: { actor, kind: "closed", details: { outcome, note } },
    act: { actor, act: "case.closed", subject: `cases/${before.id}`, details },
  };
}

/** A case that is closed stays as it is. */
function refuseClosed({ state }: StoredCase): void {
  if (state === "closed") throw caseState("is closed");
}

function caseState(message: string): Problem {
  return new Problem("case_state", [{ code: "case_state", message, pointer: "" }]);
}

function leadNeeded(message: string): Problem {
  return new Problem("forbidden", [
    { code: "forbidden", message: `${message}: takes the role approver`, pointer: "" },
  ]);
}
