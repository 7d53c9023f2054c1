// The schema, read from its SDL.
import { readFileSync } from "node:fs";

import {
  buildSchema,
  getDirectiveValues,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLScalarType,
  isObjectType,
} from "graphql";

import { ROLES, type Role } from "../access/roles.ts";
import { parseDateTime } from "../transactions/checks/date-time.ts";
import { coded } from "./errors.ts";

const PARTS = ["query", "decisions", "rules", "cases", "people", "uploads", "common"];

/** As it can be fetched: every type and field with what it means. */
export const SDL = PARTS.map((name) =>
  readFileSync(new URL(`schema/${name}.graphql`, import.meta.url), "utf8").trim(),
).join("\n\n");

export const schema = buildSchema(SDL);

// Answers have date-times as text already; what is asked for becomes milliseconds since 1970.
const dateTime = schema.getType("DateTime") as GraphQLScalarType;
dateTime.coerceInputValue = (value) => {
  const milliseconds = typeof value === "string" ? parseDateTime(value) : undefined;
  if (milliseconds !== undefined) return milliseconds;
  throw coded("INVALID_ARGUMENT", "It is not an RFC 3339 date-time with an offset.");
};

/** Every field of every type that is of this API, introspection left out. */
export function fieldsOf(): { type: GraphQLObjectType; field: GraphQLField<unknown, unknown> }[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith("__"))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
}

/** Who may ask for a field, as its `@access` says; undefined where it has none. */
export function rolesOf({ astNode }: GraphQLField<unknown, unknown>): readonly Role[] | undefined {
  const access = schema.getDirective("access");
  const given = access && astNode && getDirectiveValues(access, astNode);
  if (!given) return undefined;
  return (given["roles"] as string[]).map((role) => {
    const known = ROLES.find((each) => each === role);
    if (known !== undefined) return known;
    throw new Error(`The schema has the role ${role}, which there is not.`);
  });
}
