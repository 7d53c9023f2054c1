import { expect, test } from "vitest";

import { ConfigError, readConfig } from "../config.ts";

const read = (env: Record<string, string>) =>
  readConfig({ DATABASE_URL: "postgresql://127.0.0.1/none", ...env });

test("unless told nothing is sealed, no proxy is believed, and cases are due in a day, or in four hours", () => {
  expect(read({})).toMatchObject({
    people: { secret: undefined, proxyHops: 0 },
    cases: { due: { review: 86_400_000, block_and_review: 14_400_000 } },
  });
});

test("the secret comes as it is, or as Secrets Manager hands it out", () => {
  const key = "k".repeat(32);
  for (const text of [key, JSON.stringify({ key })])
    expect(read({ PEOPLE_SECRET: text }).people.secret).toBe(key);
});

test.each([
  [{ PEOPLE_SECRET: JSON.stringify({ key: "short" }) }, "PEOPLE_SECRET must have at least 32 characters"],
  [{ PEOPLE_SECRET: "short" }, "PEOPLE_SECRET must have at least 32 characters"],
  [{ PROXY_HOPS: "-1" }, "PROXY_HOPS must be a whole number from 0 to 9"],
  [{ CASE_REVIEW_MINUTES: "0" }, "CASE_REVIEW_MINUTES must be a whole number from 1 to 999999"],
  [{ CASE_BLOCK_MINUTES: "soon" }, "CASE_BLOCK_MINUTES must be"],
])("the environment %o is refused", (env, why) => {
  expect(() => read(env as Record<string, string>)).toThrow(ConfigError);
  expect(() => read(env as Record<string, string>)).toThrow(why);
});
