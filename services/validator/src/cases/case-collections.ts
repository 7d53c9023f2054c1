// Where documents of cases lie.
import type { Db } from "mongodb";

import { COLLECTIONS } from "../documents/collections.ts";
import type { AlertDocument, CaseDocument, EventDocument, OutboxDocument } from "./case-document.ts";

export const casesOf = (db: Db) => db.collection<CaseDocument>(COLLECTIONS.cases);
export const alertsOf = (db: Db) => db.collection<AlertDocument>(COLLECTIONS.alerts);
export const eventsOf = (db: Db) => db.collection<EventDocument>(COLLECTIONS.caseEvents);
export const outboxOf = (db: Db) => db.collection<OutboxDocument>(COLLECTIONS.outbox);
