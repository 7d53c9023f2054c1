import type * as z from "zod";
import { isRecord } from "./data.ts";

/** The parts of a schema's definition that lead to the schemas inside it; which of them there are depends on its kind. */
interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/**
 * The names of the fields that an object may have at a path; of a union, those of the members that take its kind.
 * @param value what stands there, as far as it is known.
 */
export function fieldsAt(schema: z.ZodType, path: readonly PropertyKey[], value?: unknown): string[] {
  const shapes = schemasAt(schema, path).map((at) => (at.def as Definition).shape ?? {});
  const kind = isRecord(value) ? value["kind"] : undefined;
  const meant = shapes.filter((shape) => shape["kind"]?.safeParse(kind).success);
  return [...new Set((meant.length > 0 ? meant : shapes).flatMap((shape) => Object.keys(shape)))];
}

/** The schemas that a value at a path may meet, with those that they wrap. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const { shape, innerType, in: input, element, valueType, options } = schema.def as Definition;
  const wrapped = innerType ?? input;
  const here = path.length === 0 ? [schema] : [];
  if (wrapped) return [...here, ...schemasAt(wrapped, path)];
  if (options) return [...here, ...options.flatMap((option) => schemasAt(option, path))];
  const [key, ...rest] = path;
  if (key === undefined) return here;
  const next = element ?? valueType ?? shape?.[String(key)];
  return next ? schemasAt(next, rest) : [];
}
