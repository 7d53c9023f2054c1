import type { CaseAlert, NewEvent, StoredCase } from "./case.ts";
import { isOverdue } from "./sla.ts";

const iso = (date: Date) => date.toISOString();
const isoOrNull = (date: Date | null) => date && iso(date);

export function caseBody(stored: StoredCase, now: number) {
  const { revision: _, ...rest } = stored;
  return {
    ...rest,
    openedAt: iso(stored.openedAt),
    lastAlertAt: iso(stored.lastAlertAt),
    dueAt: iso(stored.dueAt),
    overdue: isOverdue(stored, now),
    assignedAt: isoOrNull(stored.assignedAt),
    closedAt: isoOrNull(stored.closedAt),
  };
}

export function eventBody({ at, actor, kind, details }: NewEvent) {
  return { at: iso(at), actor, kind, details };
}

export function alertBody({ raisedAt, ...alert }: CaseAlert) {
  return { ...alert, raisedAt: iso(raisedAt) };
}
