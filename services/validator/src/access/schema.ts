// Bodies of the API of access.
import { Type } from "typebox";

import { ROLES } from "./roles.ts";

const roles = Type.Array(Type.Enum([...ROLES]), { minItems: 1, maxItems: ROLES.length, uniqueItems: true });
const time = Type.String({ format: "date-time" });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description: string,
) => Type.Union([schema, Type.Null()], { description });

export const NewKeyBody = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: "^[^\\p{Cc}\\p{Cs}]*$",
      description: "what it is for",
    }),
    owner: Type.String({
      pattern: "^[A-Za-z0-9][A-Za-z0-9._@+:-]{0,99}$",
      description: "who acts with it; all keys of an owner, and tokens with this subject, are one person",
    }),
    roles,
    expiresAt: Type.Optional(
      Type.String({ maxLength: 64, description: "RFC 3339 date-time; never if it is left out" }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ name: "payment gateway", owner: "gateway", roles: ["submitter"] }],
  },
);

export const RotateBody = Type.Object(
  {
    overlapSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 7 * 86_400,
        description: "how long the old key goes on; 0 if it is left out",
      }),
    ),
  },
  { additionalProperties: false, examples: [{ overlapSeconds: 3600 }] },
);

const fields = {
  id: Type.String({ description: "the public part of the key" }),
  name: Type.String(),
  owner: Type.String(),
  roles: Type.Array(Type.Enum([...ROLES])),
  createdBy: Type.String(),
  createdAt: time,
  expiresAt: orNull(time, "null is never"),
  lastUsedAt: orNull(time, "to the minute; null is never"),
  replacedBy: orNull(Type.String(), "id of the key that took its place"),
  revokedBy: orNull(Type.String(), "who revoked it"),
  revokedAt: orNull(time, "null where it was not revoked"),
};

export const KeyBody = Type.Object(fields, { description: "a key, without its secret" });

export const MadeKeyBody = Type.Object(
  { ...fields, key: Type.String({ description: "vk_<id>_<secret>: shown now, and never again" }) },
  { description: "a key that was just made" },
);

export const WhoBody = Type.Object(
  {
    actor: Type.String({ description: "the name that acts are recorded in" }),
    roles: Type.Array(Type.Enum([...ROLES]), { description: "with those that they include" }),
    by: Type.Enum(["api_key", "token", "claim"], { description: "what said so" }),
  },
  { description: "who asks" },
);
