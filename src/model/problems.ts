import type * as z from "zod";
import { PlumblineError } from "./errors.ts";
import { isRecord, show } from "./data.ts";
import { nearest } from "./nearest.ts";
import { fieldsAt } from "./schema-fields.ts";

/** One thing that is wrong with an architecture: where, what, and what would be right. */
export interface Problem {
  readonly code: string;
  /** The path of the value: `services.api.replicas.min`; `(architecture)` for the whole. */
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

/** An architecture that was refused, with everything that is wrong with it at once. */
export class ArchitectureError extends PlumblineError {
  readonly problems: readonly Problem[];

  constructor(name: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      "ARCHITECTURE_INVALID",
      `The architecture ${name} has ${count}.`,
      "Mend what is listed and run the command again.",
    );
    this.problems = problems;
  }
}

export function formatPath(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(architecture)" : path.map((key) => String(key) || '""').join(".");
}

/** The problems that zod found in what a schema was to read, in our words. */
export function problemsOf(
  error: z.ZodError,
  schema: z.ZodType,
  prefix: readonly PropertyKey[] = [],
): Problem[] {
  return error.issues.flatMap((issue) =>
    problemsOfIssue(issue, [...prefix, ...issue.path], fieldsAt(schema, issue.path, issue.input)),
  );
}

/** @param fields what an object may have at the path. */
function problemsOfIssue(
  issue: z.core.$ZodIssue,
  path: readonly PropertyKey[],
  fields: readonly string[],
): Problem[] {
  const at = formatPath(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        code: "FIELD_UNKNOWN",
        path: formatPath([...path, key]),
        message: `"${key}" is not a field of ${at}`,
        remedy: fieldRemedy(key, fields),
      }));
    case "invalid_value":
      return [choiceProblem(at, issue.input, issue.values.map(String))];
    case "invalid_union":
      return "options" in issue
        ? [choiceProblem(at, valueAtEnd(issue.input, path), issue.options?.map(String) ?? [])]
        : [wrong(at, issue.message)];
    case "invalid_type":
      return issue.input === undefined
        ? [
            {
              code: "FIELD_MISSING",
              path: at,
              message: `${at} is missing`,
              remedy: `Add it: ${article(issue.expected)}.`,
            },
          ]
        : [wrong(at, `${article(issue.expected)} is expected here, not ${show(issue.input)}`)];
    case "invalid_key":
      return [{ ...wrong(at, issue.issues[0]?.message ?? issue.message), code: "NAME_INVALID" }];
    case "too_small":
    case "too_big":
      return [{ ...wrong(at, issue.message), code: "VALUE_OUT_OF_RANGE" }];
    case "custom":
      return [{ ...wrong(at, issue.message), code: String(issue.params?.["code"] ?? "VALUE_INVALID") }];
    default:
      return [wrong(at, issue.message)];
  }
}

function fieldRemedy(key: string, fields: readonly string[]): string {
  const likely = nearest(key, fields);
  return `${likely === undefined ? "Remove it." : `Did you mean "${likely}"?`} The fields are: ${fields.join(", ")}.`;
}

function wrong(path: string, message: string): Problem {
  return { code: "VALUE_INVALID", path, message, remedy: `Correct ${path}.` };
}

/** A value outside a set of names; the likeliest one is offered. */
export function choiceProblem(
  path: string,
  input: unknown,
  choices: readonly string[],
  code = "VALUE_INVALID",
): Problem {
  const likely = typeof input === "string" ? nearest(input, choices) : undefined;
  return {
    code,
    path,
    message:
      input === undefined
        ? `${path} is none of its choices`
        : `${show(input)} is not one of the choices of ${path}`,
    remedy: `${likely === undefined ? "" : `Did you mean "${likely}"? `}Use one of: ${choices.join(", ") || "(there is none)"}.`,
  };
}

const PLAIN_WORDS: Readonly<Record<string, string>> = {
  int: "whole number",
  record: "object",
  array: "list",
  string: "text",
};

function article(expected: string): string {
  const word = PLAIN_WORDS[expected] ?? expected;
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

/** zod reports a union by the object that has the discriminator; the problem is about the discriminator. */
function valueAtEnd(parent: unknown, path: readonly PropertyKey[]): unknown {
  return isRecord(parent) ? parent[String(path.at(-1))] : parent;
}
