// Bodies of the API of cases.
import { Type } from "typebox";

import { ACTOR } from "../access/principal.ts";
import { LINES_PATTERN } from "../transactions/schema.ts";
import { CASE_OUTCOMES, CASE_STATES, EVENT_KINDS } from "./case.ts";
import { SEVERITIES } from "./sla.ts";

const time = (description: string) => Type.String({ format: "date-time", description });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description: string,
) => Type.Union([schema, Type.Null()], { description });

const note = Type.String({
  minLength: 1,
  maxLength: 4000,
  pattern: LINES_PATTERN,
  description: "what was found",
});

export const CaseBody = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum([...CASE_STATES]),
    severity: Type.Enum([...SEVERITIES], { description: "the severest outcome of its alerts" }),
    score: Type.Integer({ description: "the highest of its alerts" }),
    account: orNull(Type.String(), "the debtor's, of the decision that opened it"),
    counterparty: orNull(Type.String(), "the creditor's account, of the decision that opened it"),
    alerts: Type.Integer({ description: "decisions that it is about" }),
    openedAt: time("when the first of them was made"),
    lastAlertAt: time("when the newest of them was made"),
    dueAt: time("by when it is to be closed"),
    overdue: Type.Boolean({ description: "whether it is late, or was when it was closed" }),
    assignee: orNull(Type.String(), "who looks into it"),
    assignedAt: orNull(time(""), "null while nobody does"),
    outcome: orNull(Type.Enum([...CASE_OUTCOMES]), "null until it is closed"),
    closedBy: orNull(Type.String(), "null until it is closed"),
    closedAt: orNull(time(""), "null until it is closed"),
  },
  { description: "one or more alerts that somebody looks into" },
);

export const QueueBody = Type.Object(
  { items: Type.Array(CaseBody) },
  { description: "what is due first comes first" },
);

export const AssigneeBody = Type.Object(
  { assignee: Type.String({ pattern: ACTOR.source, description: "who is to look into it" }) },
  { additionalProperties: false, examples: [{ assignee: "erika@bank.example" }] },
);

export const NoteBody = Type.Object(
  { text: note },
  { additionalProperties: false, examples: [{ text: "The debtor was called, and knows of the payment." }] },
);

export const CloseBody = Type.Object(
  { outcome: Type.Enum([...CASE_OUTCOMES]), note },
  { additionalProperties: false, examples: [{ outcome: "false_positive", note: "The debtor knows of it." }] },
);

export const EventBody = Type.Object(
  {
    at: time("when it was done"),
    actor: Type.String({ description: "by whom; `system` for what came of decisions" }),
    kind: Type.Enum([...EVENT_KINDS]),
    details: Type.Record(Type.String(), Type.Unknown(), { description: "what else is to be known of it" }),
  },
  { description: "what was done with a case" },
);

export const AlertBody = Type.Object(
  {
    decision: Type.String({ description: "id of the transaction and its decision" }),
    outcome: Type.Enum([...SEVERITIES]),
    score: Type.Integer(),
    raisedAt: time("when it was decided"),
  },
  { description: "a decision that asks for a review" },
);
