// Bodies of the API of events and webhooks.
import { Type } from "typebox";

import { ROLES } from "../access/roles.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { EVENT_KINDS } from "./kinds.ts";
import { DISABLED_BECAUSE } from "./webhooks/webhook-repository.ts";

const time = (description: string) => Type.String({ format: "date-time", description });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description: string,
) => Type.Union([schema, Type.Null()], { description });

export const KindBody = Type.Object({
  kind: Type.String({ description: "`detail-type` of the envelope" }),
  summary: Type.String({ description: "when it happens" }),
  audience: Type.Enum([...ROLES], { description: "the role that may hear of it" }),
  detail: Type.Object(
    {},
    { additionalProperties: true, description: "JSON Schema of the envelope's `detail`" },
  ),
});

const url = Type.String({
  minLength: 1,
  maxLength: 2000,
  pattern: TEXT_PATTERN,
  description: "https: address in the public internet, without user, password and fragment",
});
const kinds = Type.Array(Type.Enum([...EVENT_KINDS]), {
  maxItems: EVENT_KINDS.length,
  uniqueItems: true,
  description: "what is sent; empty for all kinds, also those that are yet to come",
});
const description = Type.String({
  maxLength: 200,
  pattern: TEXT_PATTERN,
  description: "what it is for",
});

export const NewWebhookBody = Type.Object(
  { url, kinds: Type.Optional(kinds), description: Type.Optional(description) },
  {
    additionalProperties: false,
    examples: [{ url: "https://bank.example/hooks", kinds: ["transaction.decided"], description: "ledger" }],
  },
);

export const WebhookChangesBody = Type.Object(
  {
    url: Type.Optional(url),
    kinds: Type.Optional(kinds),
    description: Type.Optional(description),
    state: Type.Optional(
      Type.Enum(["enabled", "disabled"], {
        description: "one that is enabled again goes on with the first event that it did not get",
      }),
    ),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ state: "disabled" }] },
);

const fields = {
  id: Type.String({ description: "UUIDv7 of the webhook" }),
  url,
  kinds,
  description: Type.String(),
  state: Type.Enum(["enabled", "disabled"]),
  disabledBecause: orNull(
    Type.Enum([...DISABLED_BECAUSE]),
    "`person`: somebody did; `failing`: nothing was taken for days; `gone`: the receiver answered with 410",
  ),
  createdBy: Type.String(),
  createdAt: time("when it was registered"),
  failingSince: orNull(time(""), "since when nothing was taken; null where the last attempt was a success"),
  previousSecretUntil: orNull(time(""), "until when messages are also signed by the secret before"),
};

export const WebhookBody = Type.Object(fields, { description: "a webhook, without its secret" });

export const MadeWebhookBody = Type.Object(
  { ...fields, secret: Type.String({ description: "whsec_<base64>: shown now, and never again" }) },
  { description: "a webhook with its secret" },
);

export const RotateSecretBody = Type.Object(
  {
    overlapSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 7 * 86_400,
        description: "how long messages are signed by both secrets; a day if it is left out",
      }),
    ),
  },
  { additionalProperties: false, examples: [{ overlapSeconds: 3600 }] },
);

export const DeadLetterBody = Type.Object(
  {
    number: Type.Integer({ description: "of the event in the log" }),
    event: Type.String({ description: "id of the event" }),
    kind: Type.String(),
    attempts: Type.Integer(),
    failedAt: orNull(time(""), "when the last attempt failed"),
    status: orNull(Type.Integer(), "HTTP status of the last answer; null where there was none"),
    failure: orNull(Type.String(), "why the last attempt failed"),
  },
  { description: "an event that was not delivered, and is not tried again by itself" },
);

export const RedeliverBody = Type.Object(
  {
    since: Type.String({ maxLength: 64, description: "RFC 3339 date-time: what was given up then or later" }),
  },
  { additionalProperties: false, examples: [{ since: "2026-11-21T12:00:00Z" }] },
);

export const RedeliveredBody = Type.Object(
  { redelivered: Type.Integer({ description: "dead letters that are tried again" }) },
  { description: "what is tried again" },
);
