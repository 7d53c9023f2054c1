import { isSpecifiedScalarType } from "graphql";
import { expect, test } from "vitest";

import { fieldsOf, rolesOf, schema } from "./schema.ts";

/** What says by its name what it is. */
const PLAIN = new Set(["id", "name", "version", "filter"]);

test("every type, field and argument says what it is", () => {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type),
  );
  expect(types.length).toBeGreaterThan(50);
  const fields = fieldsOf();
  const parts = [
    ...types,
    ...fields.map(({ field }) => field),
    ...fields.flatMap(({ field }) => field.args).filter(({ name }) => !PLAIN.has(name)),
  ];
  expect(parts.filter(({ description }) => !description).map(({ name }) => name)).toEqual([]);
});

test("every question says who may ask it", () => {
  const questions = fieldsOf().filter(({ type }) => type.name === "Query");
  expect(questions.length).toBeGreaterThan(10);
  expect(questions.filter(({ field }) => rolesOf(field) === undefined)).toEqual([]);
});
