import * as z from "zod";

/**
 * Kinds of part that other parts refer to by name. A wrong name is a type error where the architecture is
 * written in TypeScript (see architecture.ts), and a REFERENCE_UNKNOWN problem at run time (checks/references.ts).
 */
export type PartKind = "service" | "store" | "secret";

/** Stands in a schema's input type for the name of a part; `Named` puts the architecture's own names in its place. */
export interface Reference<Kind extends PartKind> {
  readonly refersTo: Kind;
}

/** What is safe as a DNS label, in a resource's name and in an environment variable. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** A part's name: lower case, digits and single hyphens, 1 to 32 characters (a target group's name has no more). */
export const Name = z
  .string()
  .max(32, "a name has at most 32 characters")
  .regex(NAME, "a name is lower-case letters, digits and single hyphens, and starts with a letter");

function reference<Kind extends PartKind>(kind: Kind) {
  return z
    .custom<Reference<Kind>>((value) => typeof value === "string", {
      error: `the name of a ${kind} is expected`,
    })
    .transform((value) => value as unknown as string);
}

export const ServiceReference = reference("service");
export const StoreReference = reference("store");
export const SecretReference = reference("secret");
export const PartReference = z
  .custom<Reference<"service"> | Reference<"store">>((value) => typeof value === "string", {
    error: "the name of a service or a store is expected",
  })
  .transform((value) => value as unknown as string);

/** `T` with every reference in it replaced by the names that an architecture gives to its parts. */
export type Named<T, Names extends Record<PartKind, string>> = unknown extends T
  ? T
  : T extends Reference<infer Kind>
    ? Names[Kind]
    : T extends string | number | boolean | null | undefined
      ? T
      : T extends readonly (infer Element)[]
        ? readonly Named<Element, Names>[]
        : { [Key in keyof T]: Named<T[Key], Names> };
