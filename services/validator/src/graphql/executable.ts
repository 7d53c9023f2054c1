// The schema with its resolvers, each behind the roles that its field takes.
import type { GraphQLFieldResolver, GraphQLSchema } from "graphql";

import type { Role } from "../access/roles.ts";
import type { Context } from "./context.ts";
import { coded } from "./errors.ts";
import { caseResolvers } from "./resolvers/cases.ts";
import { decisionResolvers } from "./resolvers/decisions.ts";
import { peopleResolvers } from "./resolvers/people.ts";
import { ruleResolvers } from "./resolvers/rules.ts";
import type { Resolver, Resolvers } from "./resolvers/types.ts";
import { uploadResolvers } from "./resolvers/uploads.ts";
import { fieldsOf, rolesOf, schema } from "./schema.ts";

const ALL: readonly Resolvers[] = [
  decisionResolvers,
  ruleResolvers,
  caseResolvers,
  peopleResolvers,
  uploadResolvers,
];

/** Gives the fields of the schema their resolvers. */
function attach(): GraphQLSchema {
  const wanted = new Set(
    ALL.flatMap((each) => Object.entries(each)).flatMap(([type, fields]) =>
      Object.keys(fields).map((field) => `${type}.${field}`),
    ),
  );
  for (const { type, field } of fieldsOf()) {
    const resolve = ALL.map((each) => each[type.name]?.[field.name]).find(Boolean);
    const roles = rolesOf(field);
    wanted.delete(`${type.name}.${field.name}`);
    if (resolve !== undefined) field.resolve = guarded(roles, resolve) as never;
    else if (roles !== undefined)
      throw new Error(`${type.name}.${field.name} has roles and nothing that asks for them.`);
  }
  if (wanted.size > 0) throw new Error(`The schema does not have ${[...wanted].join(", ")}.`);
  return schema;
}

/** Ready to be executed. */
export const executable = attach();

function guarded(
  roles: readonly Role[] | undefined,
  resolve: Resolver,
): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context) => {
    if (roles !== undefined && !roles.some((role) => context.roles.has(role)))
      throw coded("FORBIDDEN", `This takes the role ${roles.join(" or ")}.`);
    return resolve(source as never, args as never, context);
  };
}
