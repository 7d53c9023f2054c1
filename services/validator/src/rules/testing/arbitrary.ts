// Transactions, facts and expressions at random, for properties.
import fc from "fast-check";

import type { Party, Transaction } from "../../transactions/transaction.ts";
import type { Facts } from "../facts.ts";
import { TEXT_FIELD_NAMES } from "../language/fields.ts";
import { defineAggregate, readWindow } from "../language/windows.ts";
import { NOON } from "../../../test/payments.ts";

const COUNTRIES = ["DE", "FR", "US", "IR"] as const;
const WINDOWS = ["1h", "7d"] as const;
const LISTS = ["blocked", "trusted"] as const;
const FUNCTIONS = ["count", "sum", "average", "maximum"] as const;
const TEXTS = ["", "a", "B", "ab", "DE", "IR", "web", "1", "Zoë 😀"] as const;

const text = fc.constantFrom(...TEXTS);
const filled = text.filter((value) => value !== "");
const optional = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
/** Whole seconds: with negative parts of a second the library reckons wrongly. */
const time = fc.integer({ min: -4_000_000, max: 4_000_000 }).map((seconds) => NOON + seconds * 1000);

const party: fc.Arbitrary<Party> = fc.record({
  name: filled,
  account: fc.oneof(
    fc.record({ iban: fc.constantFrom("DE89", "FR14"), other: fc.constant(undefined) }),
    fc.record({ iban: fc.constant(undefined), other: fc.constantFrom("1", "2") }),
  ),
  bic: optional(fc.constantFrom("COBADEFF", "PSSTFRPP")),
  country: fc.constantFrom(...COUNTRIES),
});

export const transactions: fc.Arbitrary<Transaction> = fc.record({
  messageId: filled,
  endToEndId: filled,
  creationDateTime: fc.constant(""),
  createdAt: time,
  amount: fc.oneof(fc.bigInt(1n, 2000n), fc.bigInt(1n, 10n ** 18n - 1n)),
  currency: fc.constantFrom("EUR", "JPY", "KWD", "ZZZ"),
  debtor: party,
  creditor: party,
  channel: optional(filled),
  ip: optional(fc.constant("192.0.2.1")),
  device: optional(filled),
  card: optional(
    fc.record({
      panFingerprint: fc.constant("f"),
      bin: fc.constant("411111"),
      mcc: fc.constantFrom("7995", "5411"),
      merchantCountry: fc.constantFrom(...COUNTRIES),
    }),
  ),
});

const DEFINITIONS = WINDOWS.flatMap((window) => [
  ...FUNCTIONS.flatMap((name) => TEXT_FIELD_NAMES.map((key) => [name, window, key, null] as const)),
  ...TEXT_FIELD_NAMES.map((key) => ["countDistinct", window, key, "creditor.account"] as const),
]).map(([name, window, key, of]) =>
  defineAggregate({ function: name, window: readWindow(window) as number, key, of }),
);

/** Facts that answer the same to the same question; some are away. */
export const facts: fc.Arbitrary<Facts> = fc
  .record({ receivedAt: time, seed: fc.nat(), share: fc.constantFrom(0, 0.3, 1) })
  .map(({ receivedAt, seed, share }) => {
    const draw = (question: string) => fraction(`${seed} ${question}`);
    const unlessAway = <Answer>(question: string, answer: Answer) =>
      draw(`${question}?`) < share ? undefined : answer;
    const figures = DEFINITIONS.map(
      ({ id }) => [id, unlessAway(id, BigInt(Math.floor(draw(id) * 10)))] as const,
    );
    return {
      // A counterexample is told by what made it.
      [fc.toStringMethod]: () => JSON.stringify({ receivedAt, seed, share }),
      receivedAt,
      aggregates: new Map(figures.filter((entry): entry is [string, bigint] => entry[1] !== undefined)),
      isListed: (list, value) => unlessAway(`${list} ${value}`, draw(`${list} ${value}`) < 0.5),
      screen: (name) => {
        const score = Math.floor(draw(name) * 100);
        return unlessAway(name, score < 30 ? [] : [{ entry: "1", name: name.toUpperCase(), score }]);
      },
      isSnoozed: (rule, subject) => draw(`${rule} ${subject}`) < 0.2,
    };
  });

/** A number from 0 to 1 that a text always gives (FNV-1a). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

const field = fc.constantFrom(...TEXT_FIELD_NAMES);
const quoted = (value: string) => JSON.stringify(value);

/** Expressions of each type, in parentheses where they are compound. */
const grammar = fc.letrec<Record<"bool" | "int" | "double" | "string" | "timestamp" | "duration", string>>(
  (tie) => {
    const joined = (type: Parameters<typeof tie>[0], operators: readonly string[]) =>
      fc
        .tuple(tie(type), fc.constantFrom(...operators), tie(type))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`);
    const order = ["<", "<=", ">", ">=", "==", "!="];
    const choice = (type: Parameters<typeof tie>[0]) =>
      fc.tuple(tie("bool"), tie(type), tie(type)).map(([when, yes, no]) => `(${when} ? ${yes} : ${no})`);
    const windowed = fc.tuple(fc.constantFrom(...FUNCTIONS), fc.constantFrom(...WINDOWS), field);
    return {
      bool: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.tuple(fc.constantFrom(...LISTS), field).map(([list, value]) => `listed("${list}", ${value})`),
        fc.constantFrom("true", "false"),
        joined("bool", ["&&", "||", "==", "!="]),
        joined("bool", ["&&", "||"]),
        joined("int", order),
        joined("double", order),
        joined("string", order),
        joined("timestamp", order),
        joined("duration", order),
        fc
          .tuple(tie("int"), fc.constantFrom("<", ">="), tie("double"))
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        tie("bool").map((operand) => `!${operand}`),
        fc
          .tuple(tie("string"), fc.array(text, { maxLength: 3 }))
          .map(([value, list]) => `(${value} in [${list.map(quoted).join(", ")}])`),
        tie("int").map((value) => `(${value} in [1, -1, 5, 7])`),
        fc
          .tuple(tie("string"), fc.constantFrom("startsWith", "endsWith", "contains"), tie("string"))
          .map(([value, method, part]) => `${value}.${method}(${part})`),
        fc
          .tuple(field, fc.constantFrom("^[A-Z]{2}[0-9]*$", "a|b", "[^a-z]$", "^(?:DE|FR)?\\\\d+"))
          .map(([value, pattern]) => `${value}.matches("${pattern}")`),
        tie("string").map((country) => `isSepa(${country})`),
        choice("bool"),
      ),
      int: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.constant("amount"),
        fc.bigInt(-20n, 20n).map(String),
        fc.bigInt(0n, 2n ** 63n - 1n).map(String),
        windowed.map(([name, window, key]) => `${name}("${window}", ${key})`),
        fc.constantFrom(...WINDOWS).map((window) => `countDistinct("${window}", device, creditor.account)`),
        joined("int", ["+", "-", "*", "/", "%"]),
        tie("int").map((operand) => `(-${operand})`),
        tie("string").map((value) => `size(${value})`),
        fc
          .tuple(
            tie("timestamp"),
            fc.constantFrom("Hours", "Minutes", "DayOfWeek", "Date", "Month", "FullYear"),
          )
          .map(([at, part]) => `${at}.get${part}()`),
        choice("int"),
      ),
      double: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.constant("major"),
        fc.constantFrom("0.0", "1.5", "-2.25", "1e20"),
        tie("string").map((name) => `screening(${name})`),
        tie("int").map((value) => `double(${value})`),
        tie("int").map((value) => `toMajor(${value})`),
        joined("double", ["+", "-", "*", "/"]),
        tie("double").map((operand) => `(-${operand})`),
        choice("double"),
      ),
      string: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        field,
        text.map(quoted),
        joined("string", ["+"]),
        tie("string").map((value) => `${value}.lowerAscii()`),
        choice("string"),
      ),
      timestamp: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.constantFrom("createdAt", "receivedAt"),
        fc.constant('timestamp("2026-02-01T12:00:00Z")'),
        fc
          .tuple(tie("timestamp"), fc.constantFrom("+", "-"), tie("duration"))
          .map(([at, operator, length]) => `(${at} ${operator} ${length})`),
        choice("timestamp"),
      ),
      duration: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.constantFrom('duration("90s")', 'duration("1h30m")', 'duration("-2h")'),
        joined("timestamp", ["-"]),
        joined("duration", ["+", "-"]),
      ),
    };
  },
);

/** Expressions of type bool. */
export const expressions: fc.Arbitrary<string> = grammar.bool;
