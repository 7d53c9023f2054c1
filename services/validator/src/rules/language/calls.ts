import { isSEPACountry } from "ibantools";

import { both, one } from "./arithmetic.ts";
import type { Arguments } from "./compilation.ts";
import { aggregate, listed, screening } from "./facts.ts";
import type { Node, Run, ValueType } from "./node.ts";
import { readPattern } from "./patterns.ts";
import { timeLiteral, TIMESTAMP_METHODS, timestampMethod } from "./time.ts";
import { toMajor } from "./variables.ts";

export interface Callable {
  /** Types of the parameters; of a method, the receiver's first. */
  readonly parameters: readonly ValueType[];
  /** How many of the last ones may be left out. */
  readonly optional?: number;
  readonly returns: ValueType;
  /** Called with arguments of the right types. */
  readonly build: (given: Arguments) => Node | undefined;
}

const aggregates = (["count", "sum", "average", "maximum"] as const).map((name): [string, Callable] => [
  name,
  {
    parameters: ["string", "string"],
    returns: "int",
    build: (given) => aggregate(name, given),
  },
]);

const size: Callable = {
  parameters: ["string"],
  returns: "int",
  build: ({ args: [text] }) => text && { type: "int", run: one(text.run as Run<string>, codePoints) },
};

/** Functions of the language. What CEL has beside these, rules do not. */
export const FUNCTIONS: Readonly<Record<string, Callable>> = {
  ...Object.fromEntries(aggregates),
  countDistinct: {
    parameters: ["string", "string", "string"],
    returns: "int",
    build: (given) => aggregate("countDistinct", given),
  },
  listed: { parameters: ["string", "string"], returns: "bool", build: listed },
  screening: { parameters: ["string"], returns: "double", build: screening },
  isSepa: {
    parameters: ["string"],
    returns: "bool",
    build: ({ args: [country] }) =>
      country && { type: "bool", run: one(country.run as Run<string>, (code) => isSEPACountry(code)) },
  },
  toMajor: {
    parameters: ["int"],
    returns: "double",
    build: ({ args: [minor] }) =>
      minor && {
        type: "double",
        run: one(minor.run as Run<bigint>, (value, { transaction }) => toMajor(value, transaction.currency)),
      },
  },
  timestamp: {
    parameters: ["string"],
    returns: "timestamp",
    build: (given) => timeLiteral("timestamp", given),
  },
  duration: { parameters: ["string"], returns: "duration", build: (given) => timeLiteral("duration", given) },
  double: {
    parameters: ["int"],
    returns: "double",
    build: ({ args: [value] }) => value && { type: "double", run: one(value.run as Run<bigint>, Number) },
  },
  size,
};

const TEXT_TESTS: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  startsWith: (text, part) => text.startsWith(part),
  endsWith: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
};

/** Methods of the language, called on a value: `creditor.name.startsWith("ACME")`. */
export const METHODS: Readonly<Record<string, Callable>> = {
  ...mapValues(TEXT_TESTS, (test): Callable => ({
    parameters: ["string", "string"],
    returns: "bool",
    build: ({ args: [text, part] }) =>
      text && part && { type: "bool", run: both(text.run as Run<string>, part.run as Run<string>, test) },
  })),
  matches: { parameters: ["string", "string"], returns: "bool", build: matches },
  lowerAscii: {
    parameters: ["string"],
    returns: "string",
    build: ({ args: [text] }) =>
      text?.type === "string"
        ? { type: "string", run: one(text.run, lowerAscii), ...(text.short && { short: true }) }
        : undefined,
  },
  size,
  ...Object.fromEntries(
    TIMESTAMP_METHODS.map((method): [string, Callable] => [
      method,
      {
        parameters: ["timestamp", "string"],
        optional: 1,
        returns: "int",
        build: (given) => timestampMethod(method, given),
      },
    ]),
  ),
};

function matches({ call, args: [text, pattern], nodes, compilation }: Arguments): Node | undefined {
  if (text?.type !== "string" || pattern?.type !== "string") return undefined;
  const place = nodes[1] ?? call;
  if (pattern.constant === undefined)
    return compilation.refuse("literal_expected", place, "the regular expression");
  if (!text.short) return compilation.refuse("pattern_costly", nodes[0] ?? call, "match a field as it is");
  const read = readPattern(pattern.constant);
  if ("code" in read) return compilation.refuse(read.code, place, read.detail);
  compilation.patternSteps += read.steps;
  return { type: "bool", run: one(text.run, read.test) };
}

/** Code points, as CEL counts; a string's length counts UTF-16 code units. */
function codePoints(text: string): bigint {
  let count = 0;
  for (const _ of text) count++;
  return BigInt(count);
}

/** CEL's lowerAscii changes A to Z and nothing else. */
function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
