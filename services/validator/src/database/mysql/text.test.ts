import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { anyText } from "../testing/text.ts";
import { literal, sqlOf } from "./text.ts";

test.each([
  ["select $1, $2, $1", [1, "a"], "select 1, 'a', 1"],
  ["where a = $1::uuid and b = $2::text[]", ["x", null], "where a = 'x' and b = null"],
  [
    "where id = any($1) and x <> all($2::text[])",
    [["a", "b"], [1]],
    "where id in ('a', 'b') and x not in (1)",
  ],
  ["where id = ANY ( $1 )", [[]], "where id in (select null from dual where false)"],
  [`select '$1', "$1", \`$1\`, 'it''s $1', '\\'$1' -- $1\n, $1 /* $1 */`, [7], undefined],
  ["select $10 + $1", [1, 0, 0, 0, 0, 0, 0, 0, 0, 10], "select 10 + 1"],
  [
    "values ($1, $2, $3)",
    [true, 2n ** 62n, Buffer.from("00ff", "hex")],
    "values (true, 4611686018427387904, x'00ff')",
  ],
  ["values ($1, $2)", [new Date(1), ["a"]], `values ('1970-01-01 00:00:00.001', '["a"]')`],
])("%s", (text, values, expected) => {
  const sql = sqlOf(text, values);
  expect(sql).toBe(expected ?? text.replace(", $1 /*", ", 7 /*"));
});

test("a value that is missing, or is none, is refused", () => {
  expect(() => sqlOf("select $2", [1])).toThrow("$2 has no value");
  expect(() => sqlOf("select $0", [1])).toThrow("$0 has no value");
  expect(() => sqlOf("where a = any($1)", ["a"])).toThrow("A list is an array");
  for (const value of [Number.NaN, Infinity, new Date(Number.NaN), Symbol("a"), () => 1])
    expect(() => literal(value)).toThrow(TypeError);
  expect(() => literal("a\0b")).toThrow("U+0000");
});

/** Pieces of SQL in which nothing is a placeholder, and how many placeholders each of the others has. */
const quiet = fc.oneof(
  fc.string().map((text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`),
  fc.string().map((text) => `"${text.replaceAll('"', '""')}"`),
  fc.string().map((text) => `/*${text.replaceAll("*/", "")}*/`.replace("/*/", "/* /")),
  fc.string().map((text) => `--${text.replaceAll("\n", " ")}\n`),
  fc.constantFrom(" select ", ", ", " from t where a < ", "::", "$", " $ 1 "),
);

describe("property", () => {
  test("what is quoted or a comment stays as it is, and every placeholder outside gets its value", () => {
    const piece = fc.oneof(
      quiet.map((text) => ({ text, sql: text })),
      fc.constantFrom("$1", "$1::text", "$1::uuid[]").map((text) => ({ text: ` ${text} `, sql: " 42 " })),
      fc
        .constantFrom("= any($2)", "= any($2::int[])")
        .map((text) => ({ text: ` ${text} `, sql: " in (1, 2) " })),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.map((each) => each.text).join(" ");
        expect(sqlOf(text, [42, [1, 2]])).toBe(pieces.map((each) => each.sql).join(" "));
      }),
    );
  });

  test("no text gets out of its quotes", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const quoted = literal(text);
        expect(quoted).toMatch(/^'(?:[^'\\]|\\[\s\S]|'')*'$/);
        expect(sqlOf(`select ${quoted}, $1`, [1])).toBe(`select ${quoted}, 1`);
      }),
    );
  });
});
