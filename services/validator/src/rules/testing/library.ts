// The CEL library as the reference: runs expressions by itself, with our functions as macros of its own kind.
import type { ASTNode, Environment } from "@marcbachmann/cel-js";
import { isSEPACountry } from "ibantools";

import type { Transaction } from "../../transactions/transaction.ts";
import type { Facts } from "../facts.ts";
import { CEL_TYPES, declareVariables, OWN_FUNCTIONS } from "../language/environment.ts";
import { Frame } from "../language/node.ts";
import { toMajor, VARIABLES } from "../language/variables.ts";
import { defineAggregate, readWindow } from "../language/windows.ts";

/** What runs now: a macro of the library sees nothing but its arguments. */
let current: { transaction: Transaction; facts: Facts };

const reference = declareReference();

/** What the library makes of an expression; undefined where it raises. */
export function runByLibrary(expression: string, transaction: Transaction, facts: Facts): unknown {
  current = { transaction, facts };
  const frame = new Frame(transaction, facts, 0);
  const context: Record<string, unknown> = {};
  for (const [name, { type, run }] of VARIABLES) {
    const [group = "", field] = name.split(".");
    const value = type === "timestamp" ? new Date(run(frame) as number) : run(frame);
    if (field === undefined) context[group] = value;
    else context[group] = { ...(context[group] as object | undefined), [field]: value };
  }
  const program = reference.parse(expression);
  try {
    return program(context);
  } catch {
    return undefined;
  }
}

function declareReference(): Environment {
  const environment = declareVariables();
  const answers: Record<string, (values: readonly unknown[], fields: readonly string[]) => unknown> = {
    listed: ([list, value]) => value !== "" && current.facts.isListed(list as string, value as string),
    screening: ([name]) => (name === "" ? 0 : bestScore(name as string)),
    isSepa: ([country]) => isSEPACountry(country as string),
    toMajor: ([minor]) => toMajor(minor as bigint, current.transaction.currency),
  };
  for (const [name, { parameters, returns }] of OWN_FUNCTIONS) {
    const answer = answers[name] ?? ((values, fields) => figure(name, values, fields));
    const signature = `${name}(${parameters.map(() => "ast").join(", ")}): ${CEL_TYPES[returns]}`;
    environment.registerFunction(signature, ({ args }: { args: ASTNode[] }) => ({
      typeCheck(checker: any, _macro: unknown, context: unknown) {
        for (const argument of args) checker.check(argument, context);
        return checker.getType(CEL_TYPES[returns]);
      },
      evaluate(evaluator: any, _macro: unknown, context: unknown) {
        const values = args.map((argument) => evaluator.run(argument, context));
        const found = answer(
          values,
          args.map(({ input, start, end }) => input.slice(start, end)),
        );
        if (found === undefined) throw new Error("away");
        return found;
      },
    }));
  }
  return environment;
}

function bestScore(name: string): number | undefined {
  const matches = current.facts.screen(name);
  return matches && (matches[0]?.score ?? 0);
}

function figure(name: string, [window, key]: readonly unknown[], [, field = "", of]: readonly string[]) {
  if (key === "") return 0n;
  const milliseconds = readWindow(window as string) as number;
  const { id } = defineAggregate({
    function: name as "count",
    window: milliseconds,
    key: field,
    of: of ?? null,
  });
  return current.facts.aggregates.get(id);
}
