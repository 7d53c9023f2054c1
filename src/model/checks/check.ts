import * as z from "zod";
import type { Data } from "../data.ts";
import type { Problem } from "../problems.ts";

/**
 * One rule about how values go together. It is given the architecture as written, with the overlay merged in, and
 * reads only the slices of it that are well formed: what is malformed is reported by the schema, and a rule that could
 * not run because of it would hide further problems.
 */
export type Check = (architecture: Data) => Problem[];

/** The fields of a part that a check needs, if each of them is well formed. */
export function slice<Shape extends z.core.$ZodLooseShape>(shape: Shape, value: unknown) {
  const parsed = z.object(shape).safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
