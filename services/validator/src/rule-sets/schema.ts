// Bodies of the API of rule sets, value lists and snoozes.
import { Type } from "typebox";

import { LIST_NAME_PATTERN, RuleSetDocument } from "../rules/document.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { VERSION_STATES } from "./lifecycle.ts";
import { LIST_LIMITS } from "./lists.ts";

const strict = { additionalProperties: false };
const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const time = (description: string) => Type.String({ format: "date-time", description });
const note = (description: string) =>
  Type.String({ maxLength: 1000, pattern: "^[^\\p{Cs}\\u0000]*$", description });
const person = (description: string) => Type.String({ description });

export const DraftBody = Type.Object(
  { document: RuleSetDocument, note: Type.Optional(note("what is new in it")) },
  strict,
);
export const ValidateBody = Type.Object({ document: RuleSetDocument }, strict);

const replaces = Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
  description: "the version that is live, as far as the caller knows: another one is answered with 409",
});
export const PublishBody = Type.Object(
  { replaces, reason: Type.Optional(note("why, for the history")) },
  strict,
);
export const RollbackBody = Type.Object({ replaces, reason: note("why, for the history") }, strict);

const versionFields = {
  version: Type.Integer({ description: "counts up by one with each draft" }),
  state: Type.Enum([...VERSION_STATES]),
  hash: Type.String({ description: "SHA-256 of the document's canonical JSON, in hexadecimal" }),
  note: Type.String(),
  author: person("who made the draft"),
  editors: Type.Array(Type.String(), {
    description: "everybody who wrote any of it; none of them may publish it",
  }),
  approver: nullable(person("who made it live for the first time")),
  createdAt: time("when the draft was made"),
  editedAt: time("when the document was last written"),
  publishedAt: nullable(time("when it was made live for the first time")),
};
export const VersionSummaryBody = Type.Object(versionFields);
export const VersionBody = Type.Object(
  { ...versionFields, document: Type.Unknown({ description: "the rule set, in canonical order" }) },
  { description: "a version of the rule set" },
);

export const RollbackRequestBody = Type.Object(
  {
    version: Type.Integer(),
    replaces: Type.Integer(),
    requestedBy: person("who has asked for it"),
    approveBy: time("until when somebody else can approve it by the same request"),
  },
  { description: "nothing has changed yet: somebody else must send the same request" },
);

export const ValidBody = Type.Object(
  { hash: Type.String(), aggregates: Type.Integer(), lists: Type.Array(Type.String()) },
  { description: "the document would be saved: its hash, and what its rules ask for" },
);

export const ActivationBody = Type.Object({
  version: Type.Integer(),
  kind: Type.Enum(["publish", "rollback"]),
  requestedBy: person("the author, or who asked for the rollback"),
  approvedBy: person("who made it live"),
  reason: Type.String(),
  liveFrom: time("from when it decided"),
  liveTo: nullable(time("until when; null where it is live")),
});

const FieldChanges = Type.Array(
  Type.Object({
    field: Type.String(),
    from: Type.Optional(Type.Unknown()),
    to: Type.Optional(Type.Unknown()),
  }),
);
export const DiffBody = Type.Object(
  {
    from: Type.Integer(),
    to: Type.Integer(),
    fields: FieldChanges,
    added: Type.Array(Type.Unknown(), { description: "rules" }),
    removed: Type.Array(Type.Unknown(), { description: "rules" }),
    changed: Type.Array(Type.Object({ rule: Type.String(), fields: FieldChanges })),
    reordered: Type.Boolean({ description: "whether the rules that both have stand in another order" }),
  },
  { description: "what makes the one of the other" },
);

const ListName = Type.String({
  pattern: LIST_NAME_PATTERN,
  description: 'as rules name it: listed("blocked_accounts", creditor.account)',
});
const values = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 140, pattern: TEXT_PATTERN }), {
    maxItems: LIST_LIMITS.bulk,
    description,
  });
const listDescription = note("what the list is for");

export const NewListBody = Type.Object(
  {
    name: ListName,
    description: Type.Optional(listDescription),
    values: Type.Optional(values("what it begins with")),
  },
  strict,
);
export const ChangeValuesBody = Type.Object(
  { add: Type.Optional(values("to be in the list")), remove: Type.Optional(values("not to be in the list")) },
  strict,
);
export const ReplaceValuesBody = Type.Object({ values: values("all that is to be in the list") }, strict);

export const ListBody = Type.Object({
  name: Type.String(),
  description: Type.String(),
  size: Type.Integer({ description: "how many values it has" }),
  createdBy: person("who made it"),
  createdAt: time("when it was made"),
  changedBy: person("who changed it last"),
  changedAt: time("when it was changed last"),
});
export const ListChangeBody = Type.Object({
  added: Type.Integer({ description: "values that were not there before" }),
  removed: Type.Integer({ description: "values that were there before" }),
  size: Type.Integer(),
});
export const ListedValueBody = Type.Object({
  value: Type.String(),
  addedBy: person("who put it there"),
  addedAt: time("when"),
});

export const NewSnoozeBody = Type.Object(
  {
    rule: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: TEXT_PATTERN,
      description: "id of a running rule",
    }),
    subject: Type.String({
      minLength: 1,
      maxLength: 140,
      pattern: TEXT_PATTERN,
      description: "value of the rule's subject field, such as the debtor's account",
    }),
    until: Type.String({ maxLength: 64, description: "RFC 3339 date-time, within 366 days" }),
    reason: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: "^[^\\p{Cs}\\u0000]*$",
      description: "why",
    }),
  },
  strict,
);
export const SnoozeBody = Type.Object({
  id: Type.String({ format: "uuid" }),
  rule: Type.String(),
  subject: Type.String(),
  reason: Type.String(),
  createdBy: person("who snoozed the rule"),
  createdAt: time("from when"),
  until: time("until when, unless it is ended before"),
  endedBy: nullable(person("who ended it before its time")),
  endedAt: nullable(time("when it was ended before its time")),
});
