// Where cases are kept, as the rest of this package knows it: tables, documents, or nowhere.
import type { Act } from "../audit/acts.ts";
import type { Session } from "../database/session.ts";
import type {
  CaseAlert,
  CaseEvent,
  CaseOutcome,
  CaseState,
  NewEvent,
  Reviewable,
  StoredCase,
} from "./case.ts";

export interface CaseFilter {
  readonly state: CaseState | undefined;
  readonly assignee: string | undefined;
  /** Of either side. */
  readonly account: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

export interface Page {
  readonly after: string | undefined;
  readonly limit: number;
}

/** Cases that are not closed, for metrics. */
export interface Workload {
  readonly pending: number;
  readonly investigating: number;
  readonly overdue: number;
}

/** What becomes of a case, and what its history says of it. */
export interface Change {
  readonly work?:
    /** Null gives it back to the queue. */
    | { readonly kind: "assignee"; readonly assignee: string | null }
    | { readonly kind: "outcome"; readonly outcome: CaseOutcome; readonly closedBy: string }
    | undefined;
  readonly event: Omit<NewEvent, "at">;
  /** What the audit chain says of it. */
  readonly act?: Act | undefined;
}

/** Undefined leaves the case as it is. Asked again where others were quicker; it throws what is to be answered. */
export type Decide = (before: StoredCase) => Change | undefined;

export interface Changed {
  readonly stored: StoredCase;
  /** Undefined where it was left as it is. */
  readonly event: NewEvent | undefined;
}

/**
 * Throws StoreUnavailable where it did not answer in time; whether a change took place is then unknown.
 */
export interface CaseStore {
  find(id: string): Promise<StoredCase | undefined>;
  /** Those that are there, in any order. */
  findMany(ids: readonly string[]): Promise<StoredCase[]>;
  /** Newest first, below `after`. */
  list(filter: CaseFilter): Promise<StoredCase[]>;
  /** What is to be taken next comes first: what is due, and of what is due at once the higher score. */
  queue(limit: number): Promise<StoredCase[]>;
  /** Oldest decision first. */
  alerts(caseId: string, page: Page): Promise<CaseAlert[]>;
  /** In the order in which it was done. */
  events(caseId: string, page: Page): Promise<CaseEvent[]>;
  /** At most `limit` of each case, oldest first: one question for all of them. */
  alertsOf(caseIds: readonly string[], limit: number): Promise<Map<string, CaseAlert[]>>;
  eventsOf(caseIds: readonly string[], limit: number): Promise<Map<string, CaseEvent[]>>;
  /** Undefined where it is not known, as where there is nothing that keeps cases. */
  workload(): Promise<Workload | undefined>;
  /** People who have cases that are not closed. */
  assignees(): Promise<string[]>;
  /** The first of the queue, now the actor's; undefined where nothing waits. No two actors get the same. */
  takeNext(actor: string): Promise<StoredCase | undefined>;
  /** The change, its event and its act together. Throws `case_not_found`. */
  change(id: string, decide: Decide): Promise<Changed>;
  readonly alertSink: AlertSink;
}

/** Where alerts are raised; decisions, and how far they were read, are in the database in any case. */
export interface AlertSink {
  /** Decisions from `from` on that no alert was raised of yet, oldest first. */
  findReviewable(session: Session, from: string, limit: number): Promise<Reviewable[]>;
  /** Puts the alert of a decision into its case; one that is there stays as it is. */
  raise(session: Session, decision: Reviewable, due: Date): Promise<void>;
}
