// Requests that a description allows, more or less.
import fc from "fast-check";
import type { InjectOptions } from "fastify";

import { follow, type Described, type Description, type Schema } from "./description.ts";

const NASTY = [
  "",
  "'; drop table decisions; --",
  "major > 1.0 || true",
  "${7*7}{{7*7}}",
  "../../etc/passwd",
  "%00%0d%0a",
  "\u0000",
  "\ud800",
  "👩‍💻".repeat(50),
  "__proto__",
  "constructor",
  "live",
  "9".repeat(40),
  "-1",
  "x".repeat(5000),
];

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.uuid(),
  fc.nat().map(String),
);

/** A dot segment names another resource (RFC 3986, section 5.2.4). */
const segment = text.filter((value) => value !== "." && value !== "..");

/** Values that mostly fit a schema; one in a few fits nothing. */
export function valueOf(description: Description, schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined)
    return valueOf(description, follow(description, schema.$ref) as Schema, depth);
  if (depth > 8) return fc.constant(null);
  const inner = (part: Schema) => valueOf(description, part, depth + 1);
  return fc.oneof(
    { arbitrary: fitting(schema, inner), weight: 20 },
    { arbitrary: fc.jsonValue(), weight: 1 },
  );
}

function fitting(schema: Schema, inner: (part: Schema) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(inner));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const [type] = [schema.type ?? "null"].flat();
  switch (type) {
    case "object": {
      const required = schema.required ?? [];
      const fields = Object.entries(schema.properties ?? {}).map(([name, part]) => [name, inner(part)]);
      return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] as never });
    }
    case "array":
      return fc.array(inner(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case "string":
      return text.map((value) => value.slice(0, Math.max(schema.maxLength ?? 300, 1)));
    case "integer":
    case "number":
      return fc.oneof(fc.integer(), fc.nat(10), fc.double());
    case "boolean":
      return fc.boolean();
    default:
      return fc.jsonValue();
  }
}

const header = fc.oneof(
  fc.constantFrom('"1-1"', "*", "1", "%", '"'.repeat(300)),
  fc.string({ unit: "grapheme-ascii" }),
);
const actor = fc.constantFrom("alice", "bob");

/** Some of the names, each with a value. */
const some = (names: string[], value: fc.Arbitrary<string>) =>
  fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });

/** A request of an operation: its path, query, headers and body filled in. */
export function requestOf(
  description: Description,
  { path, method, operation }: Described,
): fc.Arbitrary<InjectOptions> {
  const { parameters = [], requestBody } = operation;
  const named = (place: string) =>
    parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
  const schema = requestBody?.content["application/json"]?.schema;
  const body =
    schema === undefined
      ? fc.constant(undefined)
      : valueOf(description, schema).map((value) => JSON.stringify(value));

  return fc
    .record({
      path: fc.record(Object.fromEntries(named("path").map((name) => [name, segment]))),
      query: some(named("query"), text),
      headers: some(named("header"), header),
      actor,
      body,
    })
    .map((given) => {
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => escape(given.path[name] ?? ""));
      const query = Object.entries(given.query).map(([name, value]) => `${name}=${escape(value ?? "")}`);
      return {
        method: method.toUpperCase() as "GET",
        url: query.length === 0 ? filled : `${filled}?${query.join("&")}`,
        headers: {
          ...given.headers,
          "x-actor": given.actor,
          ...(given.body !== undefined && { "content-type": "application/json" }),
        },
        ...(given.body !== undefined && { payload: given.body }),
      };
    });
}

/** Half a surrogate pair has no bytes in UTF-8: it is sent as what a browser makes of it. */
const escape = (value: string) => encodeURIComponent(value.toWellFormed()) || "%20";
