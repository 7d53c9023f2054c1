import fc from "fast-check";
import { expect, test } from "vitest";

import { remembered } from "./remembered.ts";

const answer = (text: string) => (text < "e" ? undefined : text.toUpperCase());

test("answers as the function does", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(..."abcdefgh")), (texts) => {
      const quick = remembered(answer, 3);
      expect(texts.map(quick)).toEqual(texts.map(answer));
    }),
  );
});

test("asks once for each of few texts, and again for what is long past", () => {
  const asked: string[] = [];
  const quick = remembered((text) => {
    asked.push(text);
    return answer(text);
  }, 2);
  for (const text of "abbaafab") quick(text);
  expect(asked).toEqual(["a", "b", "f"]);
  for (const text of "cdefga") quick(text);
  expect(asked.at(-1)).toBe("a");
});
