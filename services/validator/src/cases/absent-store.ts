// Cases of a service that is to keep them in documents and was given no store of documents.
import { Problem } from "../http/problems.ts";
import type { CaseStore } from "./store.ts";

const WHAT_TO_DO = {
  code: "documents_absent",
  message:
    "are kept in documents here: set DOCUMENTS_URL to the mongodb:// address of their store, or CASES_STORE to sql",
  pointer: "",
};

const absent = () => Promise.reject(new Problem("documents_absent", [WHAT_TO_DO]));

/** Answers every question about cases with 503 and what to do; everything else of the service goes on. */
export function absentStore(): CaseStore {
  return {
    find: absent,
    findMany: absent,
    list: absent,
    queue: absent,
    alerts: absent,
    events: absent,
    alertsOf: absent,
    eventsOf: absent,
    takeNext: absent,
    change: absent,
    workload: () => Promise.resolve(undefined),
    assignees: () => Promise.resolve([]),
    // Decisions wait in the database: once there is a store, their alerts are raised from where it was left off.
    alertSink: { findReviewable: absent, raise: absent },
  };
}
