// What a case is, wherever it is kept.
import type { Severity } from "./sla.ts";

export const CASE_STATES = ["pending", "investigating", "closed"] as const;
export type CaseState = (typeof CASE_STATES)[number];

export const CASE_OUTCOMES = ["confirmed_risk", "false_positive"] as const;
export type CaseOutcome = (typeof CASE_OUTCOMES)[number];

export interface StoredCase {
  readonly id: string;
  readonly state: CaseState;
  /** Counts its changes; it makes the entity tag. */
  readonly revision: number;
  readonly severity: Severity;
  readonly score: number;
  readonly account: string | null;
  readonly counterparty: string | null;
  readonly alerts: number;
  readonly openedAt: Date;
  readonly lastAlertAt: Date;
  readonly dueAt: Date;
  readonly assignee: string | null;
  readonly assignedAt: Date | null;
  readonly outcome: CaseOutcome | null;
  readonly closedBy: string | null;
  readonly closedAt: Date | null;
}

export const EVENT_KINDS = ["opened", "alert_added", "assigned", "released", "noted", "closed"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** What was done with a case. Nothing of it is ever changed. */
export interface CaseEvent {
  /** Grows within a case. */
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly kind: EventKind;
  readonly details: Record<string, unknown>;
}

/** An event that has just come about; where it stands among others is for whoever reads the history. */
export type NewEvent = Omit<CaseEvent, "id">;

/** A decision that a case is about. */
export interface CaseAlert {
  readonly decision: string;
  readonly outcome: Severity;
  readonly score: number;
  readonly raisedAt: Date;
}

/** A decision that somebody should look into. */
export interface Reviewable {
  readonly id: string;
  readonly outcome: Severity;
  readonly score: number;
  readonly account: string | null;
  readonly counterparty: string | null;
  readonly decidedAt: Date;
}

/** Beyond, a case says no more than that somebody must look: the next alert opens another one. */
export const MOST_ALERTS = 100;
/** How long a case takes in further alerts about its account. Milliseconds. */
export const ALERT_WINDOW = 24 * 3_600_000;

/** Who acts where no person does. */
export const SYSTEM = "system";

export const caseTag = ({ id, revision }: Pick<StoredCase, "id" | "revision">) => `"${id}.${revision}"`;
