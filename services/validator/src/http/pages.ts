import { Type, type TSchema } from "typebox";

import { TEXT_PATTERN } from "../transactions/schema.ts";
import { Problem } from "./problems.ts";

const LIMIT = { default: 50, most: 200 };

/** Members of the query of a list that is read page by page. */
export const pageQuery = {
  limit: Type.Optional(
    Type.String({
      pattern: "^[0-9]{1,4}$",
      description: `entries of a page: 1 to ${LIMIT.most}, ${LIMIT.default} unless told`,
    }),
  ),
  after: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      pattern: TEXT_PATTERN,
      description: "`next` of the page before; its form is nobody's business",
    }),
  ),
};

export const pageBody = <Item extends TSchema>(item: Item, description: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      next: Type.Union([Type.String(), Type.Null()], { description: "for `after`; null on the last page" }),
    },
    { description },
  );

export function readLimit(limit: string | undefined): number {
  const number = limit === undefined ? LIMIT.default : Number(limit);
  if (number >= 1 && number <= LIMIT.most) return number;
  throw invalid(`must be from 1 to ${LIMIT.most}`, "/limit");
}

/** The number that `after` is where entries are numbered. */
export function readNumberAfter(after: string | undefined): number | undefined {
  if (after === undefined) return undefined;
  if (/^[1-9][0-9]{0,8}$/.test(after)) return Number(after);
  throw invalidAfter();
}

export function invalidAfter(): Problem {
  return invalid("is not the `next` of a page", "/after");
}

/** A page of the first `limit` of `found`, of which one more was asked for to know whether there is another page. */
export function toPage<Found, Item>(
  found: readonly Found[],
  limit: number,
  { item, key }: { item: (found: Found) => Item; key: (found: Found) => string },
): { items: Item[]; next: string | null } {
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(item), next: last === undefined ? null : key(last) };
}

function invalid(message: string, pointer: string): Problem {
  return new Problem("invalid_request", [{ code: "wrong_format", message, pointer }]);
}
