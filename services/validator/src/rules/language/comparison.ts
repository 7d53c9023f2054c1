import { both, one } from "./arithmetic.ts";
import type { Node, Run, TypedNode, ValueType } from "./node.ts";

export type Comparison = "<" | "<=" | ">" | ">=" | "==" | "!=";

const NUMBERS: ReadonlySet<ValueType> = new Set(["int", "double"]);
const UNORDERED: ReadonlySet<ValueType> = new Set(["bool"]);

/**
 * `left operator right`; undefined where these types cannot be compared. As in CEL, an int and a double have an order,
 * which is exact, and are never equal to one another.
 */
export function compare(operator: Comparison, left: Node, right: Node): TypedNode<"bool"> | undefined {
  const isEquality = operator === "==" || operator === "!=";
  if (left.type !== right.type && (isEquality || !NUMBERS.has(left.type) || !NUMBERS.has(right.type)))
    return undefined;
  if (!isEquality && UNORDERED.has(left.type)) return undefined;

  if (left.type === "int" && right.type === "int" && right.constant !== undefined) {
    return { type: "bool", run: INT_WITH[operator](left.run, right.constant) };
  }
  if (left.type === "string" && right.type === "string" && isEquality) {
    return {
      type: "bool",
      run: operator === "==" ? sameText(left.run, right.run) : otherText(left.run, right.run),
    };
  }
  return { type: "bool", run: both(left.run as Run<unknown>, right.run as Run<unknown>, ANY[operator]) };
}

/** For whatever types: JavaScript orders a BigInt and a number exactly. */
const ANY: Readonly<Record<Comparison, (left: any, right: any) => boolean>> = {
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
};

// Most comparisons are of these kinds. A closure of its own for each keeps what the JavaScript engine has learned about
// its types apart, which makes them several times as fast.

const INT_WITH: Readonly<Record<Comparison, (run: Run<bigint>, limit: bigint) => Run<boolean>>> = {
  "<": (run, limit) => one(run, (value) => value < limit),
  "<=": (run, limit) => one(run, (value) => value <= limit),
  ">": (run, limit) => one(run, (value) => value > limit),
  ">=": (run, limit) => one(run, (value) => value >= limit),
  "==": (run, limit) => one(run, (value) => value === limit),
  "!=": (run, limit) => one(run, (value) => value !== limit),
};

function sameText(left: Run<string>, right: Run<string>): Run<boolean> {
  return both(left, right, (first, second) => first === second);
}

function otherText(left: Run<string>, right: Run<string>): Run<boolean> {
  return both(left, right, (first, second) => first !== second);
}

/** `value in [literals]`. */
export function contains(
  value: Run<string> | Run<bigint>,
  literals: readonly (string | bigint)[],
): TypedNode<"bool"> {
  const set = new Set(literals);
  return { type: "bool", run: one(value as Run<string | bigint>, (member) => set.has(member)) };
}
