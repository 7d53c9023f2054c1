// Bodies of the API of uploads.
import { Type } from "typebox";

import { OUTCOMES } from "../transactions/reasons.ts";
import { ReasonBody, TEXT_PATTERN } from "../transactions/schema.ts";
import { UPLOAD_FORMATS } from "./formats/row.ts";
import { UPLOAD_STATES } from "./repository.ts";

const nullable = <Schema extends Type.TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);
const time = (description: string) => Type.String({ format: "date-time", description });
const count = (description: string) => Type.Integer({ minimum: 0, description });

export const UploadQuery = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: TEXT_PATTERN,
        description: "what people call the file; it is shown to them, and is nothing else",
      }),
    ),
  },
  { additionalProperties: false },
);

export const UploadHeaders = Type.Object({
  "content-digest": Type.Optional(
    Type.String({
      description: "`sha-256=:<base64>:` (RFC 9530): of the content as it is sent; anything else is not kept",
    }),
  ),
  "idempotency-key": Type.Optional(
    Type.String({ description: "1 to 255 visible ASCII characters; one key is one file" }),
  ),
});

export const UploadBody = Type.Object(
  {
    id: Type.String({ format: "uuid", description: "UUIDv7 of the upload" }),
    state: Type.Enum([...UPLOAD_STATES]),
    format: Type.Enum([...UPLOAD_FORMATS]),
    name: nullable(Type.String()),
    bytes: count("of the file, after decompression"),
    sha256: Type.String({ description: "of the file, after decompression, in hexadecimal" }),
    uploadedBy: Type.String(),
    uploadedAt: time("when it was durable"),
    startedAt: nullable(time("when it was first taken up")),
    endedAt: nullable(time("when it was done, refused or cancelled")),
    progress: Type.Object({
      done: count("rows that have a result"),
      total: nullable(count("rows of the file; null until all of it was read")),
    }),
    results: Type.Object(
      Object.fromEntries(["refused", ...OUTCOMES].map((name) => [name, count(`rows with this result`)])),
      { description: "rows by result; `refused` are no transactions, the others are decisions" },
    ),
    failure: nullable(
      Type.Object(
        {
          code: Type.String({ description: "stable; meant for programs" }),
          message: Type.String({ description: "continues the sentence that the file begins" }),
          line: nullable(Type.Integer()),
          column: nullable(Type.Integer({ description: "in characters" })),
        },
        { description: "why the file as a whole is refused" },
      ),
    ),
  },
  { description: "a file of payments, and how far its validation has come" },
);

export const UploadResultBody = Type.Object(
  {
    row: Type.Integer({ description: "its number in the file, from 1" }),
    line: Type.Integer({ description: "the line that it stands on" }),
    outcome: Type.Enum(["refused", ...OUTCOMES]),
    decision: nullable(Type.String({ format: "uuid" })),
    score: nullable(Type.Integer()),
    reasons: Type.Array(ReasonBody),
  },
  { description: "the result of a row" },
);
