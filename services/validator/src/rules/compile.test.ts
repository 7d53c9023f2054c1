import { expect, test } from "vitest";

import { compile } from "./compile.ts";
import type { RuleDocument, WhenAway } from "./document.ts";
import { evaluate, quiet, rule, ruleSet, transaction } from "./testing/examples.ts";

const BANDS = [
  { from: 40, outcome: "review" },
  { from: 80, outcome: "block_and_review" },
  { from: 120, outcome: "decline" },
] as const;

const points = (...scores: number[]) =>
  ruleSet(
    scores.map((score, index) => rule("true", { id: `r${index}`, score, outcome: "approve" })),
    { scheme: "bands", bands: [...BANDS] },
  );

test.each([
  [[39], "approve", 39],
  [[40], "review", 40],
  [[50, 50, -30], "review", 70],
  [[79, 1], "block_and_review", 80],
  [[1000, 1000], "decline", 2000],
  [[-500], "approve", -500],
])("in bands the points %j come to %s", (scores, outcome, score) => {
  expect(evaluate(points(...scores))).toMatchObject({ outcome, score });
});

test("in bands a hit's own outcome is the least", () => {
  const document = points(50);
  document.rules.push(rule("true", { outcome: "decline" }));
  expect(evaluate(document)).toMatchObject({ outcome: "decline", score: 50 });
});

test("in cases the severest of the hits decides, and the reasons stand in the order of the rules", () => {
  const cases = [
    rule("amount == 1", { id: "none", outcome: "decline" }),
    rule("amount == 125000", { id: "mild", outcome: "review", score: 3 }),
    rule("currency == 'EUR'", { id: "hard", outcome: "block_and_review", reason: reason("hard") }),
    rule("true", { id: "off", outcome: "decline", enabled: false }),
  ];
  const compiled = compile(ruleSet(cases), 7);
  expect(compiled).toMatchObject({ version: 7, rules: ["none", "mild", "hard"], aggregates: [], lists: [] });
  expect(compiled.evaluate(transaction(), quiet())).toEqual({
    outcome: "block_and_review",
    score: 3,
    results: [
      { rule: "mild", result: "hit", score: 3, values: {} },
      { rule: "hard", result: "hit", score: 0, values: {} },
    ],
    reasons: [reason("odd"), reason("hard")],
  });
});

function reason(code: string): RuleDocument["reason"] {
  return { code, message: "is odd", pointer: "/device" };
}

test("what a hit saw is told, and what was never asked for is not", () => {
  const document = ruleSet([
    rule(
      'count("1h", debtor.account) > 5 && sum("24h", debtor.account) > 1 && !listed("trusted", creditor.account) && screening(creditor.name) > 80.0',
    ),
    rule('amount > 1 || listed("unasked", device)', { id: "short" }),
  ]);
  const [count, sum] = compile(document, 1).aggregates;
  const facts = quiet({
    aggregates: new Map([
      [count!.id, 6n],
      [sum!.id, 2n ** 60n],
    ]),
    screen: () => [{ entry: "306", name: "BANCO NACIONAL", score: 91.5 }],
  });
  expect(evaluate(document, facts).results.map(({ values }) => values)).toEqual([
    {
      "count(1h, debtor.account)": 6,
      "sum(24h, debtor.account)": "1152921504606846976",
      "listed(trusted, creditor.account)": false,
      "screening(creditor.name)": 91.5,
      "screening(creditor.name).name": "BANCO NACIONAL",
      "screening(creditor.name).entry": "306",
    },
    {},
  ]);
});

const MODES: [WhenAway, string, string[]][] = [
  ["open", "approve", []],
  ["review", "review", ["rule_data_away /device"]],
  ["closed", "decline", ["rule_data_away /device"]],
];

test.each(MODES)("a rule whose data is away is %s: %s", (whenAway, outcome, reasons) => {
  for (const expression of [
    'count("1h", debtor.account) > 5',
    'listed("l", ip)',
    "screening(debtor.name) > 90.0",
  ]) {
    const document = ruleSet([rule(expression, { whenAway, outcome: "block_and_review", score: 500 })]);
    const facts = quiet({ isListed: () => undefined, screen: () => undefined });
    const found = evaluate(document, facts);
    expect(found).toMatchObject({
      outcome,
      score: 0,
      results: [{ result: "error", error: "data_away", away: whenAway, score: 0 }],
    });
    expect(Object.values(found.results[0]!.values)).toEqual(["away"]);
    expect(found.reasons.map(({ code, pointer }) => `${code} ${pointer}`)).toEqual(reasons);
  }
});

/** The result of the expression's rule, as all that is no `no_hit`. */
function hit(expression: string): string[] {
  return evaluate(ruleSet([rule(expression)])).results.map(({ result }) => result);
}

test("what is away matters only where the answer depends on it", () => {
  const away = 'count("1h", debtor.account) > 5';
  expect(hit(`amount > 1 || ${away}`)).toEqual(["hit"]);
  expect(hit(`${away} || amount > 1`)).toEqual(["hit"]);
  expect(hit(`amount > 1000000 && ${away}`)).toEqual([]);
  expect(hit(`${away} && amount > 1000000`)).toEqual([]);
  expect(hit(`${away} && amount > 1`)).toEqual(["error"]);
});

test.each([
  ["amount / (amount - amount) > 1", "division_by_zero"],
  ["amount % (amount - amount) > 1", "division_by_zero"],
  ["amount * 9223372036854775807 > 1", "numeric_overflow"],
  ['(receivedAt + duration("99999999h")).getHours("Europe/Berlin") > 1', "numeric_overflow"],
])("a rule that fails follows its mode: %s", (expression, error) => {
  expect(evaluate(ruleSet([rule(expression, { whenAway: "closed" })]))).toMatchObject({
    outcome: "decline",
    results: [{ result: "error", error, away: "closed" }],
    reasons: [{ code: "rule_failed" }],
  });
});

test("facts that throw are away, and the rules after them are asked", () => {
  const facts = quiet({
    isListed: () => {
      throw new Error("a fault");
    },
    isSnoozed: () => {
      throw new Error("another");
    },
  });
  const document = ruleSet([rule('listed("l", ip)'), rule("true", { id: "after" })]);
  expect(evaluate(document, facts)).toMatchObject({
    results: [
      { result: "error", error: "data_away" },
      { rule: "after", result: "hit" },
    ],
  });
});

test("a field that the transaction does not have is empty, shared with nobody, and on no list", () => {
  const asked: string[] = [];
  const facts = quiet({
    isListed: (_list, value) => asked.push(value) > 0,
    screen: (name) => (asked.push(name), []),
  });
  const bare = transaction();
  bare.device = undefined;
  const absent = [
    'device == ""',
    'card.mcc == ""',
    'count("1h", device) == 0',
    '!listed("l", device)',
    "screening(debtor.bic + device) == 0.0",
  ];
  bare.debtor.bic = undefined;
  expect(evaluate(ruleSet([rule(absent.join(" && "))]), facts, bare).outcome).toBe("review");
  expect(asked).toEqual([]);
});

test("a snooze mutes hits and errors of its rule for its subject, and nothing else", () => {
  const snoozed = new Set(["loud DE89370400440532013000", "card_rule f", "failing DE89370400440532013000"]);
  const facts = quiet({ isSnoozed: (rule, subject) => snoozed.has(`${rule} ${subject}`) });
  const document = ruleSet([
    rule("true", { id: "loud", outcome: "decline", score: 7 }),
    rule("amount / 0 > 1", { id: "failing", whenAway: "closed" }),
    rule("true", { id: "card_rule", subject: "card.panFingerprint" }),
    rule("false", { id: "no_hit" }),
  ]);
  expect(evaluate(document, facts)).toEqual({
    outcome: "review",
    score: 0,
    results: [
      { rule: "loud", result: "snoozed", score: 0, values: {} },
      { rule: "failing", result: "snoozed", score: 0, values: {} },
      { rule: "card_rule", result: "hit", score: 0, values: {} },
    ],
    reasons: [reason("odd")],
  });
});

test("a fact that several rules ask for is asked for once", () => {
  let asked = 0;
  const facts = quiet({ isListed: () => (asked++, true) });
  const document = ruleSet([
    rule('listed("l", ip) && amount > 1'),
    rule('listed("l", ip) && amount > 2', { id: "b" }),
    rule('listed("l", device)', { id: "c" }),
  ]);
  expect(evaluate(document, facts, { ...transaction(), device: "d" }).results).toHaveLength(3);
  expect(asked).toBe(2);
});
