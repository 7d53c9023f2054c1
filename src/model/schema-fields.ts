import type * as z from "zod";

/** The parts of a schema's definition that lead to the schemas inside it; which of them there are depends on its kind. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The names of the fields that an object may have at a path; of a union, those of every member. */
export function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const { shape, innerType, in: input, element, valueType, options } = schema.def as Definition;
  const wrapped = innerType ?? input;
  if (wrapped) return fieldsAt(wrapped, path);
  if (options) return [...new Set(options.flatMap((option) => fieldsAt(option, path)))];
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(shape ?? {});
  const next = element ?? valueType ?? shape?.[String(key)];
  return next ? fieldsAt(next, rest) : [];
}
