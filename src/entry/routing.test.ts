import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesPattern, Router } from "./routing.ts";

const forward = (group: string) => ({ kind: "forward", group }) as const;

const router = new Router(
  [
    { hosts: ["api.example.com", "*.api.example.com"], paths: ["/v?/*"], action: forward("versions") },
    { hosts: ["API.Example.com"], action: forward("api") },
    { paths: ["/static/*", "/*.css"], action: forward("static") },
    { paths: ["/exact"], action: forward("exact") },
  ],
  forward("other"),
);

test.each([
  ["api.example.com", "/v1/a", "versions"],
  ["eu.API.example.com:8080", "/v2/", "versions"],
  ["api.example.com", "/v10/a", "api"],
  ["api.example.com.evil.com", "/v1/a", "other"],
  ["a", "/static/b/c", "static"],
  ["a", "/b/c.css", "static"],
  ["a", "/STATIC/b", "other"],
  ["a", "/exact", "exact"],
  ["a", "/exact/", "other"],
  ["[::1]:80", "/", "other"],
])("%s%s goes to %s", (host, path, group) => {
  expect(router.route(host, path).action).toEqual(forward(group));
});

function letters(characters: string): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...characters), maxLength: 10 });
}

test("matches as the regular expression of the same meaning does", () => {
  fc.assert(
    fc.property(letters("ab/*?"), letters("ab/"), (pattern, text) => {
      const meaning = new RegExp(`^${pattern.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);
      expect(matchesPattern(pattern, text)).toBe(meaning.test(text));
    }),
    { numRuns: 2000 },
  );
});

test("takes no longer for a hostile pattern", () => {
  expect(matchesPattern(`${"*a".repeat(60)}b`, "a".repeat(16_000))).toBe(false);
});
