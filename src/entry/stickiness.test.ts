import { expect, test } from "vitest";
import type { Configuration } from "./configuration.ts";
import { Sealer } from "./sealed.ts";
import { Stickiness } from "./stickiness.ts";
import { balance, type Balanced, okay, RawTarget } from "./test-support.ts";

type Attributes = NonNullable<Configuration["groups"]>[number];
const DURATION: Attributes = { name: "group", stickiness: { kind: "duration", duration: 60_000 } };
const APPLICATION: Attributes = {
  name: "group",
  stickiness: { kind: "application", duration: 60_000, cookie: "session" },
};

/** Asks once over a connection of its own. @returns the body, and the cookies that were set. */
async function ask(
  { client }: Balanced,
  cookies = "",
): Promise<{ body: string; cookies: Map<string, string> }> {
  const field = cookies === "" ? "" : `Cookie: ${cookies}\r\n`;
  const answer = await client()
    .write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${field}\r\n`)
    .closes();
  const set = [...answer.matchAll(/\r\nSet-Cookie: ([^=]+)=([^;]*)(.*)/g)];
  return {
    body: answer.split("\r\n\r\n")[1]!,
    cookies: new Map(set.map(([, name, value]) => [name!, value!])),
  };
}

function pair(): Promise<[RawTarget, RawTarget]> {
  return Promise.all([RawTarget.start(() => okay("a"), "a"), RawTarget.start(() => okay("b"), "b")]);
}

test("duration cookies: the same target, as long as it is healthy, and then another one for good", async () => {
  const [a, b] = await pair();
  const balanced = await balance([a, b], { groups: [DURATION] });
  const first = await ask(balanced);
  expect([...first.cookies.keys()]).toEqual(["AWSALB", "AWSALBCORS"]);
  expect(first.cookies.get("AWSALB")).toBe(first.cookies.get("AWSALBCORS"));
  expect(first.body).toBe("a");
  const cookie = `x=y; AWSALB=${first.cookies.get("AWSALB")}`;
  for (let count = 0; count < 4; count++) expect((await ask(balanced, cookie)).body).toBe("a");
  expect((await ask(balanced, `AWSALBCORS=${first.cookies.get("AWSALB")}`)).body).toBe("a");
  balanced.balancer.setTargets("group", [a.described("unhealthy"), b.described()]);
  const moved = await ask(balanced, cookie);
  expect(moved.body).toBe("b");
  balanced.balancer.setTargets("group", [a.described(), b.described()]);
  const after = `AWSALB=${moved.cookies.get("AWSALB")}`;
  for (let count = 0; count < 3; count++) expect((await ask(balanced, after)).body).toBe("b");
});

test.each([
  "nonsense",
  "",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "%0d%0a",
  "x".repeat(9000),
])("a cookie that cannot be decoded is replaced: %s", async (value) => {
  const [a, b] = await pair();
  const balanced = await balance([a, b], { groups: [DURATION] });
  const answers = [await ask(balanced, `AWSALB=${value}`), await ask(balanced, `AWSALB=${value}`)];
  expect(answers.map(({ body }) => body)).toEqual(["a", "b"]);
  expect(answers[0]!.cookies.get("AWSALB")).toMatch(/^[\w-]{40,}$/);
});

test("application cookies: sticks when the target sets its own, and the client brings both back", async () => {
  let sets = false;
  const answer = (body: string) => () => okay(body, sets ? "Set-Cookie: session=s; HttpOnly\r\n" : "");
  const a = await RawTarget.start(answer("a"), "a");
  const b = await RawTarget.start(answer("b"), "b");
  const balanced = await balance([a, b], { groups: [APPLICATION] });
  expect((await ask(balanced)).cookies.size).toBe(0);
  sets = true;
  const bound = await ask(balanced);
  expect(bound.body).toBe("b");
  expect([...bound.cookies.keys()]).toEqual(["session", "AWSALBAPP-0"]);
  sets = false;
  const own = `AWSALBAPP-0=${bound.cookies.get("AWSALBAPP-0")}`;
  for (let count = 0; count < 3; count++) {
    const again = await ask(balanced, `session=s; ${own}`);
    expect(again.body).toBe("b");
    expect([...again.cookies.keys()]).toEqual(["AWSALBAPP-0"]);
  }
  const without = new Set<string>();
  for (let count = 0; count < 4; count++) without.add((await ask(balanced, own)).body);
  expect([...without].sort()).toEqual(["a", "b"]);
});

test("weighted groups get their shares, and a client stays with its group", async () => {
  const [a, b] = await pair();
  const groups = [
    { group: "group", weight: 3 },
    { group: "other", weight: 1 },
  ];
  const rules = [
    { paths: ["/"], action: { kind: "weighted-forward", groups, stickiness: 60_000 } },
    { action: { kind: "forward", group: "other" } },
  ] as const;
  const balanced = await balance([a], {
    rules: rules.map((rule) => ({
      ...rule,
      ...("paths" in rule ? { paths: [...rule.paths] } : {}),
    })) as never,
  });
  balanced.balancer.setTargets("other", [b.described()]);
  let bodies = "";
  let cookie = "";
  for (let count = 0; count < 8; count++) {
    const { body, cookies } = await ask(balanced);
    bodies += body;
    expect([...cookies.keys()]).toEqual(["AWSALBTG", "AWSALBTGCORS"]);
    if (body === "b") cookie = `AWSALBTG=${cookies.get("AWSALBTG")}`;
  }
  expect(bodies).toBe("aabaaaba");
  for (let count = 0; count < 4; count++) expect((await ask(balanced, cookie)).body).toBe("b");
});

test("a bond ends after its duration, and what one key sealed opens with no other and for nothing else", () => {
  const secret = "s".repeat(32);
  const group = { ...DURATION, crossZone: true } as Parameters<Stickiness["boundTarget"]>[0];
  const texts = { request: "", response: "" };
  const value = /AWSALB=([^;]+)/.exec(new Stickiness(secret).targetLines(group, "a", texts, false, 0))![1];
  const head = `GET / HTTP/1.1\r\nCookie: AWSALB=${value}\r\n\r\n`;
  expect(new Stickiness(secret).boundTarget(group, head, 59_999)).toBe("a");
  expect(new Stickiness(secret).boundTarget(group, head, 60_001)).toBeUndefined();
  expect(new Stickiness(undefined).boundTarget(group, head, 0)).toBeUndefined();
  expect(new Sealer(secret).open("AWSALBTG", value!)).toBeUndefined();
  // The last character of base64 may have bits that mean nothing.
  for (let at = 0; at < value!.length - 1; at++) {
    const changed = value!.slice(0, at) + (value![at] === "A" ? "B" : "A") + value!.slice(at + 1);
    expect(new Sealer(secret).open("AWSALB", changed)).toBeUndefined();
  }
});

test("SameSite=None is Secure where the listener is, and cookies live for seven days", () => {
  const group = { ...DURATION, crossZone: true } as Parameters<Stickiness["boundTarget"]>[0];
  const texts = { request: "", response: "" };
  const lines = new Stickiness(undefined).targetLines(group, "a", texts, true, 0);
  expect(lines.replaceAll(/=[\w-]{40,};/g, "=<sealed>;").split("\r\n")).toEqual([
    "Set-Cookie: AWSALB=<sealed>; Expires=Thu, 08 Jan 1970 00:00:00 GMT; Path=/",
    "Set-Cookie: AWSALBCORS=<sealed>; Expires=Thu, 08 Jan 1970 00:00:00 GMT; Path=/; SameSite=None; Secure",
    "",
  ]);
});

test("refuses sticky sessions without cross-zone load balancing", async () => {
  await expect(balance([], { groups: [{ ...DURATION, crossZone: false }] })).rejects.toMatchObject({
    code: "CONFIGURATION_INVALID",
  });
});
