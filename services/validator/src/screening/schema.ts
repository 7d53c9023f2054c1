// Bodies of the API of screening.
import { Type } from "typebox";

import { TEXT_PATTERN } from "../transactions/schema.ts";

const name = (description: string) =>
  Type.String({ minLength: 1, maxLength: 140, pattern: TEXT_PATTERN, description });
const entry = Type.String({
  pattern: "^[A-Za-z0-9-]{1,20} [0-9]{1,12}$",
  description: "the list and the number of the entry in it",
  examples: ["OFAC 2674"],
});

export const ScreenQuery = Type.Object(
  { name: name("name of a person or company") },
  { additionalProperties: false },
);

export const MatchesBody = Type.Object(
  {
    names: Type.Integer({ description: "names and aliases that were looked through" }),
    matches: Type.Array(
      Type.Object({
        entry: Type.String(),
        name: Type.String({ description: "the name or alias that is most like the one asked for" }),
        score: Type.Integer({ description: "75 to 100; 100 is the same name" }),
      }),
      { description: "best first, each entry once, without what was cleared" },
    ),
  },
  { description: "names on sanctions lists that are like the one asked for" },
);

export const NewClearanceBody = Type.Object(
  {
    name: name("the name that was screened"),
    entry,
    reason: Type.String({
      minLength: 1,
      maxLength: 1000,
      pattern: "^[^\\p{Cs}\\u0000]*$",
      description: "why",
    }),
    until: Type.Optional(
      Type.String({ maxLength: 64, description: "RFC 3339 date-time; for good if it is left out" }),
    ),
  },
  { additionalProperties: false },
);

export const ClearanceBody = Type.Object({
  id: Type.String({ format: "uuid" }),
  name: Type.String({ description: "the words of the name, in one spelling and order" }),
  entry: Type.String(),
  reason: Type.String(),
  clearedBy: Type.String({ description: "who found that it is another person" }),
  clearedAt: Type.String({ format: "date-time" }),
  until: Type.Union([Type.String({ format: "date-time" }), Type.Null()], {
    description: "until when; null is for good",
  }),
});
