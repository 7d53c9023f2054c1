// Bodies of the API of people.
import { Type } from "typebox";

import { ROLES, type Role } from "../access/roles.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { PASSWORD_LENGTH } from "./passwords.ts";
import { INVITATION_PATTERN } from "./secrets.ts";

/** People look into transactions; machines submit them. */
export const PERSON_ROLES = ROLES.filter((role): role is Exclude<Role, "submitter"> => role !== "submitter");

const time = (description: string) => Type.String({ format: "date-time", description });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(
  schema: Schema,
  description: string,
) => Type.Union([schema, Type.Null()], { description });

const roles = Type.Array(Type.Enum([...PERSON_ROLES]), {
  minItems: 1,
  maxItems: PERSON_ROLES.length,
  uniqueItems: true,
});

export const NAME_PATTERN = "^[a-z0-9][a-z0-9._@+-]{0,99}$";

const invitation = Type.String({
  pattern: INVITATION_PATTERN,
  description: "as it was given by an administrator",
});
const code = Type.String({ pattern: "^[0-9]{6}$", description: "what the authenticator shows" });
/** Longer than any that is taken, so that one that was typed wrongly is only wrong. */
const password = (description: string) =>
  Type.String({ minLength: 1, maxLength: PASSWORD_LENGTH.most * 2, pattern: TEXT_PATTERN, description });
const newPassword = password(`${PASSWORD_LENGTH.least} to ${PASSWORD_LENGTH.most} characters`);

export const NewPersonBody = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      description: "who acts; API keys of this owner are the same person",
    }),
    displayName: Type.String({ minLength: 1, maxLength: 100, pattern: TEXT_PATTERN }),
    roles,
  },
  {
    additionalProperties: false,
    examples: [{ name: "erika@bank.example", displayName: "Erika Mustermann", roles: ["analyst"] }],
  },
);

export const RolesBody = Type.Object(
  { roles },
  { additionalProperties: false, examples: [{ roles: ["author"] }] },
);

export const ReasonBody = Type.Object(
  {
    reason: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: TEXT_PATTERN,
      description: "for the audit trail",
    }),
  },
  { additionalProperties: false, examples: [{ reason: "has left" }] },
);

const personFields = {
  name: Type.String(),
  displayName: Type.String(),
  roles: Type.Array(Type.Enum([...PERSON_ROLES])),
  state: Type.Enum(["invited", "active", "locked"], {
    description: "invited: has not signed up yet, or must do so again",
  }),
  invitedBy: Type.String(),
  invitedAt: time("when the person was made"),
  signedUpAt: orNull(time(""), "null until the person has signed up"),
  lockedBy: orNull(Type.String(), "who locked the person"),
  lockedAt: orNull(time(""), "null where the person is not locked"),
};

export const PersonBody = Type.Object(personFields, { description: "somebody who signs in, or may sign up" });

export const InvitedBody = Type.Object(
  {
    ...personFields,
    invitation: Type.String({ description: "for the person alone: shown now, and never again" }),
    invitationExpiresAt: time("until when it can be taken up"),
  },
  { description: "a person with the invitation to sign up" },
);

export const SignUpBody = Type.Object(
  { invitation, password: newPassword },
  {
    additionalProperties: false,
    examples: [{ invitation: `iv_${"x".repeat(43)}`, password: "a long sentence is good" }],
  },
);

export const EnrolmentBody = Type.Object(
  {
    name: Type.String({ description: "by which the person signs in" }),
    secret: Type.String({ description: "of the authenticator, in base32, to be typed" }),
    uri: Type.String({ description: "the same as otpauth://, to be shown as a QR code" }),
  },
  { description: "what the authenticator is told: once, and not again" },
);

export const ConfirmBody = Type.Object(
  { invitation, code },
  { additionalProperties: false, examples: [{ invitation: `iv_${"x".repeat(43)}`, code: "123456" }] },
);

const recoveryCodes = Type.Array(Type.String(), {
  description: "each signs in once in the place of a code: shown now, and never again",
});

export const SignedUpBody = Type.Object(
  { name: Type.String(), recoveryCodes },
  { description: "a person who can sign in" },
);
export const RecoveryCodesBody = Type.Object(
  { recoveryCodes },
  { description: "in the place of those before" },
);

const optionalCode = Type.Optional(code);
const recoveryCode = Type.Optional(
  Type.String({ minLength: 1, maxLength: 40, pattern: TEXT_PATTERN, description: "in the place of a code" }),
);

export const ProofBody = Type.Object(
  { password: password("the present one"), code: optionalCode, recoveryCode },
  { additionalProperties: false, examples: [{ password: "a long sentence is good", code: "123456" }] },
);

export const NewPasswordBody = Type.Object(
  { password: password("the present one"), newPassword, code: optionalCode, recoveryCode },
  {
    additionalProperties: false,
    examples: [{ password: "a long sentence is good", newPassword: "another one is better", code: "123456" }],
  },
);

export const SignInBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: TEXT_PATTERN }),
    password: password("as it was chosen"),
    code: optionalCode,
    recoveryCode,
  },
  {
    additionalProperties: false,
    description: "takes exactly one of code and recoveryCode",
    examples: [{ name: "erika@bank.example", password: "a long sentence is good", code: "123456" }],
  },
);
