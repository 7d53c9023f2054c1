import fc from "fast-check";
import { expect, test } from "vitest";

import { parseJson } from "./json.ts";

const parse = (text: string) => parseJson(Buffer.from(text));
const pointers = (text: string) => {
  const parsed = parse(text);
  return "reasons" in parsed ? parsed.reasons.map(({ code, pointer }) => `${code} ${pointer}`) : parsed.value;
};

test("reads any JSON as JSON.parse does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(parse(text)).toEqual({ value: JSON.parse(text) as unknown });
    }),
  );
});

test("keeps the spelling of an amount that is not a plain integer, so that it can be refused", () => {
  expect(parse('{"value":1.0,"a":1.0,"b":[{"value":1e2}],"c":{"value":-3}}')).toEqual({
    value: { value: "1.0", a: 1, b: [{ value: "1e2" }], c: { value: -3 } },
  });
});

test.each([
  ['{"a":1,"a":1}', ["json_duplicate_key /a"]],
  [
    '{"a":{"b":1,"\\u0062":2},"c":[0,{"d":1,"d":2}]}',
    ["json_duplicate_key /a/b", "json_duplicate_key /c/1/d"],
  ],
  ['{"x/y":1,"x/y":2}', ["json_duplicate_key /x~1y"]],
  ['{"__proto__":1,"__proto__":2}', ["json_duplicate_key /__proto__"]],
  ["", ["json_malformed "]],
  ['{"a":}', ["json_malformed "]],
  ["{'a':1}", ["json_malformed "]],
  ['{"a":1}}', ["json_malformed "]],
  ['"\u0001"', ["json_malformed "]],
  ['"open', ["json_malformed "]],
  ["\uFEFF{}", ["json_malformed "]],
  ["[".repeat(17) + "]".repeat(17), ["json_too_deep "]],
  ["[".repeat(60_000), ["json_too_deep "]],
  ["[".repeat(16) + "]".repeat(16), JSON.parse("[".repeat(16) + "]".repeat(16))],
  ['{"a":":{}[]\\"","b":"\\\\"}', { a: ':{}[]"', b: "\\" }],
])("judges %.60s", (text, result) => {
  expect(pointers(text)).toEqual(result);
});

test("takes __proto__ for a name like any other", () => {
  const parsed = parse('{"__proto__":{"polluted":true}}') as { value: object };
  expect(Object.keys(parsed.value)).toEqual(["__proto__"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("refuses bytes that are not UTF-8", () => {
  expect(parseJson(Buffer.from([0x22, 0xc3, 0x28, 0x22]))).toMatchObject({
    reasons: [{ code: "json_not_utf8" }],
  });
});

test("any bytes are read or refused", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parsed = parseJson(Buffer.from(bytes));
      expect("value" in parsed || parsed.reasons.length > 0).toBe(true);
    }),
  );
});
