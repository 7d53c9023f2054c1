// What a request of GraphQL over HTTP is (https://graphql.github.io/graphql-over-http/draft/).
import { Type, type Static } from "typebox";

import { parseJson } from "../http/json.ts";
import { Problem } from "../http/problems.ts";
import { refusal } from "../transactions/reasons.ts";

export interface GraphqlRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

const nullable = <Schema extends Type.TSchema>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));
const map = Type.Record(Type.String(), Type.Unknown());

/** Members that it does not name are ignored, as the specification says. */
export const GraphqlBody = Type.Object(
  {
    query: Type.String({ description: "the document" }),
    operationName: nullable(Type.String({ description: "of several in the document" })),
    variables: nullable(map),
    extensions: nullable(map),
  },
  { description: "one request; lists of requests are not taken" },
);

/** Everything is text in an address; the empty text is as nothing. */
export const GraphqlQuery = Type.Object({
  query: Type.String({ description: "the document" }),
  operationName: Type.Optional(Type.String({ description: "of several in the document" })),
  variables: Type.Optional(Type.String({ description: "JSON object" })),
  extensions: Type.Optional(Type.String({ description: "JSON object; none is known" })),
});

export function ofBody({ query, operationName, variables }: Static<typeof GraphqlBody>): GraphqlRequest {
  return { query, operationName: operationName ?? undefined, variables: variables ?? {} };
}

export function ofQuery({ query, operationName, variables }: Static<typeof GraphqlQuery>): GraphqlRequest {
  return { query, operationName: operationName || undefined, variables: readVariables(variables) };
}

/** Read as strictly as a body. */
function readVariables(text: string | undefined): Readonly<Record<string, unknown>> {
  if (!text) return {};
  const parsed = parseJson(Buffer.from(text));
  const value = "value" in parsed ? parsed.value : undefined;
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Problem("invalid_request", [
    refusal("reasons" in parsed ? "json_malformed" : "wrong_type", "/variables"),
  ]);
}
