import fc from "fast-check";
import { getIntrospectionQuery, parse } from "graphql";
import { expect, test } from "vitest";

import { LIMITS, shapeErrors, shapeOf } from "./shape.ts";

const measure = (text: string) => shapeOf(parse(text));
const nested = (depth: number) => `${"{ a ".repeat(depth)}${"}".repeat(depth)}`;

test("counts fields within fields, with fragments spread out", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (outer, inner) => {
      expect(measure(nested(outer))).toEqual({ depth: outer, aliases: 0 });
      const spread = `${"{ a ".repeat(outer)} { ...F } ${"}".repeat(outer)} fragment F on T ${nested(inner)}`;
      expect(measure(spread).depth).toBe(outer + inner);
      const inline = `${"{ a ".repeat(outer)} { ... on T ${nested(inner)} } ${"}".repeat(outer)}`;
      expect(measure(inline).depth).toBe(outer + inner);
    }),
  );
});

test("an alias is counted where it is written, and introspection has no depth", () => {
  expect(measure("{ x: a { y: b c } ...F ...F } fragment F on T { z: a }")).toEqual({ depth: 2, aliases: 3 });
  expect(shapeErrors(measure(getIntrospectionQuery()))).toEqual([]);
});

test("fragments that lead to themselves, and fragments that double, take no longer than they are long", () => {
  expect(
    measure("{ ...A } fragment A on T { a { ...B } } fragment B on T { b { ...A } }").depth,
  ).toBeLessThan(5);
  const doubling = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on T { a { ...F${n + 1} ...F${n + 1} } }`,
  );
  const began = performance.now();
  const { depth } = measure(`{ ...F0 } ${doubling.join(" ")} fragment F60 on T { a }`);
  expect(depth).toBe(61);
  expect(performance.now() - began).toBeLessThan(2000);
});

test("tells how much there is and how much is taken", () => {
  const codes = shapeErrors({ depth: LIMITS.depth + 1, aliases: LIMITS.aliases + 1 });
  expect(codes.map(({ extensions }) => extensions["code"])).toEqual(["TOO_DEEP", "TOO_MANY_ALIASES"]);
  expect(shapeErrors({ depth: LIMITS.depth, aliases: LIMITS.aliases })).toEqual([]);
});
