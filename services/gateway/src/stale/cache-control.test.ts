import { expect, test } from "vitest";

import { allowanceOf } from "./cache-control.ts";

const ALLOWED = { fresh: 60_000, stale: 600_000 };
const CONTROL = "max-age=60, stale-if-error=600";

test.each([
  ["is said", {}, { "cache-control": CONTROL }, ALLOWED],
  [
    "is said for caches that are shared",
    {},
    { "cache-control": `${CONTROL}, s-maxage="5"` },
    { fresh: 5000, stale: 600_000 },
  ],
  ["the answer is old already", {}, { "cache-control": CONTROL, age: "90" }, { fresh: 0, stale: 600_000 }],
  ["is said for everybody", { authorization: "a" }, { "cache-control": `public, ${CONTROL}` }, ALLOWED],
  ["is not said", {}, { "cache-control": "max-age=60" }, undefined],
  ["must be asked about", {}, { "cache-control": `no-cache, ${CONTROL}` }, undefined],
  ["must be new", {}, { "cache-control": `Must-Revalidate, ${CONTROL}` }, undefined],
  ["is for one caller", { "x-api-key": "a" }, { "cache-control": CONTROL }, undefined],
  ["has a cookie", {}, { "cache-control": CONTROL, "set-cookie": ["a=1"] }, undefined],
  ["differs by encoding", {}, { "cache-control": CONTROL, vary: "Accept-Encoding" }, ALLOWED],
  ["differs by language", {}, { "cache-control": CONTROL, vary: "accept-language" }, undefined],
])("where it %s", (_, request, answer, expected) => {
  expect(allowanceOf(request, answer)).toEqual(expected);
});
