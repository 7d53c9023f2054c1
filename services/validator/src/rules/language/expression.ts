import type { ASTNode, ParseError } from "@marcbachmann/cel-js";

import { LIMITS } from "../limits.ts";
import { problem, type RuleSetProblem } from "../problems.ts";
import { arithmetic, MAX_INT, negate } from "./arithmetic.ts";
import { FUNCTIONS, METHODS, type Callable } from "./calls.ts";
import { compare, contains } from "./comparison.ts";
import { Compilation, type Lookups } from "./compilation.ts";
import { environment } from "./environment.ts";
import { GROUPS } from "./fields.ts";
import { and, choose, not, or } from "./logic.ts";
import { constant, type Node, type Run } from "./node.ts";
import { VARIABLES } from "./variables.ts";

/** An expression that is ready to run: undefined where it has no answer (see `Frame.failure`). */
export interface Expression {
  readonly run: Run<boolean>;
  /** Lookups that it may ask for, by number. */
  readonly slots: readonly number[];
  /** Steps of its regular expressions, for the worst texts. */
  readonly patternSteps: number;
}

/**
 * Compiles an expression of type bool, or says everything that is wrong with it. The CEL library parses and checks it;
 * what runs are closures made of its syntax tree, for the part of CEL that takes bounded time: no macros, no maps, no
 * index, lists as literals only. What they answer is what the library answers: a property test compares them.
 */
export function compileExpression(
  text: string,
  pointer: string,
  lookups: Lookups,
): Expression | readonly RuleSetProblem[] {
  if (text.length > LIMITS.expressionLength) {
    return [problem("expression_too_large", pointer, `more than ${LIMITS.expressionLength} characters`)];
  }
  const compilation = new Compilation(text, pointer, lookups);
  const parsed = parse(text, compilation);
  if (parsed === undefined) return compilation.problems;
  const root = compile(parsed.ast, compilation);
  if (root && root.type !== "bool")
    compilation.refuse("not_bool", parsed.ast, `this is of type ${root.type}`);
  if (compilation.problems.length > 0) return compilation.problems;
  const { valid, type, error } = parsed.check();
  if (root?.type === "bool" && valid && type === "bool")
    return { run: root.run, slots: [...compilation.slots], patternSteps: compilation.patternSteps };
  compilation.refuse("type_mismatch", error?.range ?? parsed.ast, error?.summary);
  return compilation.problems;
}

function parse(text: string, compilation: Compilation) {
  try {
    return environment.parse(text);
  } catch (error) {
    const { code, summary, range } = error as ParseError;
    const place = range ?? { start: 0, end: text.length };
    const detail = summary ?? "it cannot be read";
    return compilation.refuse(code === "limit_exceeded" ? "expression_too_large" : "syntax", place, detail);
  }
}

function compile(node: ASTNode, compilation: Compilation): Node | undefined {
  switch (node.op) {
    case "value":
      return literal(node, compilation);
    case "id":
    case ".":
      return variable(node, compilation);
    case "call":
      return call(node, FUNCTIONS, node.args[0], node.args[1], compilation);
    case "rcall":
      return call(node, METHODS, node.args[0], [node.args[1], ...node.args[2]], compilation);
    case "&&":
    case "||": {
      const [left, right] = node.args.map((operand) => condition(operand, compilation));
      return left && right && (node.op === "&&" ? and : or)(left, right);
    }
    case "!_": {
      const operand = condition(node.args, compilation);
      return operand && not(operand);
    }
    case "-_": {
      const operand = compile(node.args, compilation);
      return operand && (negate(operand) ?? compilation.refuse("type_mismatch", node, `-${operand.type}`));
    }
    case "?:":
      return conditional(node, compilation);
    case "in":
      return membership(node, compilation);
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=": {
      const { op } = node;
      return binary(node, compilation, (left, right) => compare(op, left, right));
    }
    case "+":
    case "-":
    case "*":
    case "/":
    case "%": {
      const { op } = node;
      return binary(node, compilation, (left, right) => arithmetic(op, left, right));
    }
    case "list":
      return compilation.refuse("not_supported", node, "a list stands only to the right of in");
    default:
      return compilation.refuse("not_supported", node, `${compilation.textOf(node)} is not of the language`);
  }
}

type NodeOf<Op extends ASTNode["op"]> = Extract<ASTNode, { op: Op }>;

function literal(node: NodeOf<"value">, compilation: Compilation): Node | undefined {
  const { args: value } = node;
  switch (typeof value) {
    case "bigint":
      if (value > MAX_INT) return compilation.refuse("number_out_of_range", node);
      return constant("int", value);
    case "number":
      return constant("double", value);
    case "string":
      return constant("string", value);
    case "boolean":
      return constant("bool", value);
    default:
      return compilation.refuse("not_supported", node, "null, bytes and unsigned integers");
  }
}

function variable(node: NodeOf<"id"> | NodeOf<".">, compilation: Compilation): Node | undefined {
  const name = node.op === "id" ? node.args : fieldName(node);
  const found = name === undefined ? undefined : VARIABLES.get(name);
  if (found) return found;
  if (name !== undefined && GROUPS.has(name)) {
    return compilation.refuse("type_mismatch", node, `${name} has fields, such as ${firstField(name)}`);
  }
  return compilation.refuse("unknown_variable", node, compilation.textOf(node));
}

function fieldName({ args: [group, field] }: NodeOf<".">): string | undefined {
  return group.op === "id" ? `${group.args}.${field}` : undefined;
}

function firstField(group: string): string {
  return [...VARIABLES.keys()].find((name) => name.startsWith(`${group}.`)) ?? group;
}

/** An operand that must be a bool. */
function condition(node: ASTNode, compilation: Compilation): Run<boolean> | undefined {
  const operand = compile(node, compilation);
  if (operand === undefined || operand.type === "bool") return operand?.run;
  return compilation.refuse("type_mismatch", node, `this must be bool and is ${operand.type}`);
}

function binary(
  node: NodeOf<"==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%">,
  compilation: Compilation,
  join: (left: Node, right: Node) => Node | undefined,
): Node | undefined {
  const [left, right] = node.args.map((operand) => compile(operand, compilation));
  if (!left || !right) return undefined;
  return (
    join(left, right) ?? compilation.refuse("type_mismatch", node, `${left.type} ${node.op} ${right.type}`)
  );
}

function conditional({ args }: NodeOf<"?:">, compilation: Compilation): Node | undefined {
  const when = condition(args[0], compilation);
  const yes = compile(args[1], compilation);
  const no = compile(args[2], compilation);
  if (!when || !yes || !no) return undefined;
  if (yes.type === no.type) return choose(when, yes, no);
  return compilation.refuse("type_mismatch", args[2], `${yes.type} before : and ${no.type} after it`);
}

function membership({ args: [valueNode, list] }: NodeOf<"in">, compilation: Compilation): Node | undefined {
  const value = compile(valueNode, compilation);
  if (list.op !== "list")
    return compilation.refuse("not_supported", list, 'in needs a list such as ["US", "CA"]');
  const elements = list.args.map((element) => compile(element, compilation));
  if (!value || elements.includes(undefined)) return undefined;
  if (value.type !== "string" && value.type !== "int")
    return compilation.refuse(
      "type_mismatch",
      valueNode,
      `${value.type} in a list; only string and int can be`,
    );
  for (const [index, element] of elements.entries()) {
    const place = list.args[index] as ASTNode;
    if (element!.constant === undefined) compilation.refuse("literal_expected", place, "elements of a list");
    else if (element!.type !== value.type)
      compilation.refuse("type_mismatch", place, `${value.type} in a list with ${element!.type}`);
  }
  const literals = elements.map((element) => element!.constant as string | bigint);
  return contains(value.run, literals);
}

function call(
  node: NodeOf<"call"> | NodeOf<"rcall">,
  callables: Readonly<Record<string, Callable>>,
  name: string,
  nodes: readonly ASTNode[],
  compilation: Compilation,
): Node | undefined {
  if (!Object.hasOwn(callables, name)) {
    return compilation.refuse("unknown_function", node, name);
  }
  const { parameters, optional = 0, build } = callables[name]!;
  const args = nodes.map((argument) => compile(argument, compilation));
  const fits =
    args.length <= parameters.length &&
    args.length >= parameters.length - optional &&
    args.every((argument, index) => !argument || argument.type === parameters[index]);
  if (!fits) {
    const types = args.map((argument) => argument?.type ?? "?");
    return compilation.refuse(
      "type_mismatch",
      node,
      `${name} takes (${parameters.join(", ")}), not (${types.join(", ")})`,
    );
  }
  return build({ call: node, args, nodes, compilation });
}
