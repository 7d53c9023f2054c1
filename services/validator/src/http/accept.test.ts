import { expect, test } from "vitest";

import { preferred } from "./accept.ts";

const [A, B] = ["application/graphql-response+json", "application/json"];

test.each([
  [undefined, A],
  ["", A],
  ["*/*", A],
  ["application/*", A],
  [B, B],
  [`${B}, ${A}`, A],
  [`${A};q=0.5, ${B}`, B],
  [`${A}, ${B};q=0.9`, A],
  [`${A};q=0, */*`, B],
  ["APPLICATION/JSON; charset=utf-8; Q=0.1", B],
  ["text/html, */*;q=0.1", A],
  ["text/html", undefined],
  ["*/*;q=0", undefined],
  [`${B};q=none`, undefined],
  [",;,", undefined],
])("Accept: %s is answered with %s", (accept, expected) => {
  expect(preferred(accept, [A, B])).toBe(expected);
});
