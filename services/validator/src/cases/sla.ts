// By when a case is to be closed.

/** Outcomes of decisions that somebody looks into, mildest first. */
export const SEVERITIES = ["review", "block_and_review"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A payment that is held back waits: its case is due sooner. */
export function dueAt(decidedAt: Date, severity: Severity, due: Readonly<Record<Severity, number>>): Date {
  return new Date(decidedAt.getTime() + due[severity]);
}

/** Whether the case is late, or was when it was closed. */
export function isOverdue(
  { dueAt: due, closedAt }: { readonly dueAt: Date; readonly closedAt: Date | null },
  now: number,
): boolean {
  return (closedAt?.getTime() ?? now) > due.getTime();
}
