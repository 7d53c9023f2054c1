import { afterAll, expect, test } from "vitest";

import { Problem } from "../http/problems.ts";
import { createHasher } from "./hasher.ts";
import { hashPasswordSync, isPasswordSync, NOBODYS_HASH, passwordProblem } from "./passwords.ts";

const hasher = createHasher(2);
afterAll(() => hasher.stop());

test("a hash of the reference implementation is understood, and ours has OWASP's parameters", () => {
  // https://github.com/P-H-C/phc-winner-argon2/blob/master/src/test.c
  const theirs = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
  expect(isPasswordSync("password", theirs)).toBe(true);
  const ours = hashPasswordSync("pässword");
  expect(ours).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(isPasswordSync("pa\u0308ssword", ours), "composed by another keyboard").toBe(true);
  expect(isPasswordSync("password", "nonsense")).toBe(false);
});

test("one thread hashes, as much as it may waits, and what is beyond is refused at once", async () => {
  let turns = 0;
  let done = 0;
  const counting = setInterval(() => turns++, 5);
  const tasks = [1, 2, 3].map(() => hasher.matches("somebody's", NOBODYS_HASH).finally(() => done++));
  const refused = await hasher.matches("somebody's", NOBODYS_HASH).catch((error: unknown) => error);
  expect((refused as Problem).code).toBe("sign_in_overloaded");
  expect(done, "it waited for none of them").toBe(0);
  expect(await Promise.all(tasks)).toEqual([false, false, false]);
  clearInterval(counting);
  expect(turns, "requests are answered meanwhile").toBeGreaterThan(5);
  const hash = await hasher.hash("once more it works");
  expect(await hasher.matches("once more it works", hash)).toBe(true);
});

test.each(
  [
    ..."123456789012 password1234 Password1234! passwordpassword qwertyuiop123".split(" "),
    ..."qwertzuiop12 iloveyou1234 Welcome2026!! P@ssw0rd2026 abcdefghijkl Summer2026!! adminadmin123".split(
      " ",
    ),
    ..."letmein12345 1234567890qwerty aaaabbbbccccddddeeee football2024! changeme12345".split(" "),
  ].map((password) => [password]),
)("%s is guessed early", (password) => {
  expect(passwordProblem(password, "erika@bank.example")).toMatch(/less easily guessed/);
});

test.each([
  ["correct horse battery staple", undefined],
  ["Tr0ub4dor&3-xkcd", undefined],
  ["f8K!q2Lz0vWp", undefined],
  ["the password of my garden gate", undefined],
  ["зелёный слон летит", undefined],
  ["short", "must have 12 to 256 characters"],
  ["x".repeat(257), "must have 12 to 256 characters"],
  ["abababababab", "must have at least 5 different characters"],
  ["erika2026!!secret", "must not have the name in it"],
  ["a long sentence is good", undefined],
])("%s", (password, problem) => {
  expect(passwordProblem(password, "erika@bank.example")).toBe(problem);
});
