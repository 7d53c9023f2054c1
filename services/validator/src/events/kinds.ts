// The events that others may hear of: what each tells, and who may hear it. What is here is a promise to whoever
// subscribes: a kind may get further members, and never loses one.
import { type Static, type TObject, type TProperties, Type } from "typebox";

import type { Role } from "../access/roles.ts";
import { CASE_OUTCOMES } from "../cases/case.ts";
import { SEVERITIES } from "../cases/sla.ts";
import { OUTCOMES } from "../transactions/reasons.ts";

const text = (description: string) => Type.String({ description });
const time = (description: string) => Type.String({ format: "date-time", description });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description: string,
) => Type.Union([schema, Type.Null()], { description });

/** Account numbers leave this service only like this: whoever may see more reads the transaction. */
const account = (whose: string) =>
  orNull(
    Type.String(),
    `${whose}: its first and last four characters; null where the transaction names none`,
  );

const by = text("who did it");
const caseOf = text("id of the case");
const upload = text("id of the upload");
const person = text("name of the person");

const DETAILS = {
  "transaction.decided": {
    summary: "A transaction was decided, and the decision is durable.",
    audience: "viewer",
    detail: Type.Object({
      transaction: text("id of the transaction and of its decision"),
      outcome: Type.Enum([...OUTCOMES]),
      score: orNull(Type.Integer(), "sum of the rules' scores"),
      reasons: Type.Array(Type.String(), { description: "their codes" }),
      ruleSet: orNull(
        Type.Object({ version: Type.Integer(), hash: text("SHA-256 of its canonical JSON") }),
        "what decided",
      ),
      instructedAmount: Type.Object({
        value: text("minor units, in decimal digits"),
        currency: text("ISO 4217"),
      }),
      debtorAccount: account("the debtor's account"),
      creditorAccount: account("the creditor's account"),
      receivedAt: time("when the transaction came"),
      decidedAt: time("when it was decided"),
    }),
  },
  "case.opened": {
    summary: "A decision asked for a review, and no open case was about the same account.",
    audience: "viewer",
    detail: Type.Object({
      case: caseOf,
      decision: text("id of the decision"),
      severity: Type.Enum([...SEVERITIES]),
      score: Type.Integer(),
      dueAt: time("by when it is to be closed"),
    }),
  },
  "case.alert-added": {
    summary: "A further decision came to an open case.",
    audience: "viewer",
    detail: Type.Object({
      case: caseOf,
      decision: text("id of the decision"),
      severity: Type.Enum([...SEVERITIES]),
      score: Type.Integer(),
    }),
  },
  "case.assigned": {
    summary: "Somebody looks into a case from now on.",
    audience: "viewer",
    detail: Type.Object({ case: caseOf, assignee: text("who does"), by }),
  },
  "case.released": {
    summary: "A case is back in the queue.",
    audience: "viewer",
    detail: Type.Object({ case: caseOf, by }),
  },
  "case.closed": {
    summary: "It is said what came out of a case.",
    audience: "viewer",
    detail: Type.Object({ case: caseOf, outcome: Type.Enum([...CASE_OUTCOMES]), by }),
  },
  "upload.validated": {
    summary: "Every row of a file has its result.",
    audience: "viewer",
    detail: Type.Object({ upload, rows: Type.Integer() }),
  },
  "upload.failed": {
    summary: "A file could not be validated to its end.",
    audience: "viewer",
    detail: Type.Object({ upload, code: text("why") }),
  },
  "upload.cancelled": {
    summary: "Somebody has ended the validation of a file.",
    audience: "viewer",
    detail: Type.Object({ upload, rows: Type.Integer({ description: "decided before" }), by }),
  },
  "rule-set.published": {
    summary: "Another version of the rule set decides, for the first time.",
    audience: "viewer",
    detail: Type.Object({ version: Type.Integer(), hash: text("SHA-256 of its canonical JSON"), by }),
  },
  "rule-set.rolled-back": {
    summary: "A version of the rule set decides that had decided before.",
    audience: "viewer",
    detail: Type.Object({ version: Type.Integer(), hash: text("SHA-256 of its canonical JSON"), by }),
  },
  "person.signed-up": {
    summary: "Somebody who was invited can sign in.",
    audience: "administrator",
    detail: Type.Object({ person }),
  },
  "person.locked": {
    summary: "Somebody is let in no more.",
    audience: "administrator",
    detail: Type.Object({ person, by }),
  },
  "person.unlocked": {
    summary: "Somebody who was locked is let in again.",
    audience: "administrator",
    detail: Type.Object({ person, by }),
  },
  "webhook.disabled": {
    summary: "Nothing is sent to a webhook any more that failed for too long, or that said that it is gone.",
    audience: "administrator",
    detail: Type.Object({ webhook: text("id of the webhook"), because: Type.Enum(["failing", "gone"]) }),
  },
} as const satisfies Record<string, { summary: string; audience: Role; detail: TObject<TProperties> }>;

export type EventKind = keyof typeof DETAILS;
export type Detail<Kind extends EventKind> = Static<(typeof DETAILS)[Kind]["detail"]>;

export interface KindOfEvent {
  readonly summary: string;
  /** The role that may hear of it. */
  readonly audience: Role;
  readonly detail: TObject;
}

export const EVENT_KINDS = Object.keys(DETAILS) as EventKind[];
export const KINDS: Readonly<Record<EventKind, KindOfEvent>> = DETAILS;

/** Those that somebody with these roles may hear of. */
export function kindsFor(roles: ReadonlySet<Role>): EventKind[] {
  return EVENT_KINDS.filter((kind) => roles.has(KINDS[kind].audience));
}
