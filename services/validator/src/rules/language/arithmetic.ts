import { constant, type Frame, type Node, type Run } from "./node.ts";

const MIN_INT = -(2n ** 63n);
export const MAX_INT = 2n ** 63n - 1n;

type Operator = "+" | "-" | "*" | "/" | "%";

/** Integers have 64 bits: what needs more has no value. */
function inRange(value: bigint, frame: Frame): bigint | undefined {
  return value > MAX_INT || value < MIN_INT ? frame.fail("numeric_overflow") : value;
}

/** CEL's timestamps are of the years 1 to 9999. */
function inCalendar(at: number, frame: Frame): number | undefined {
  return at < -62_135_596_800_000 || at > 253_402_300_799_999 ? frame.fail("numeric_overflow") : at;
}

const INT: Readonly<Record<Operator, (left: bigint, right: bigint, frame: Frame) => bigint | undefined>> = {
  "+": (left, right, frame) => inRange(left + right, frame),
  "-": (left, right, frame) => inRange(left - right, frame),
  "*": (left, right, frame) => inRange(left * right, frame),
  "/": (left, right, frame) => (right === 0n ? frame.fail("division_by_zero") : inRange(left / right, frame)),
  "%": (left, right, frame) => (right === 0n ? frame.fail("division_by_zero") : left % right),
};

/** IEEE 754: nothing overflows, and x / 0.0 is an infinity or no number. */
const DOUBLE: Readonly<Record<Exclude<Operator, "%">, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
};

/** The types that an operator joins, and what it makes of them. Timestamps and durations are milliseconds. */
const TIME: Readonly<Record<string, "timestamp" | "duration">> = {
  "timestamp - timestamp": "duration",
  "timestamp - duration": "timestamp",
  "timestamp + duration": "timestamp",
  "duration + timestamp": "timestamp",
  "duration + duration": "duration",
  "duration - duration": "duration",
};

/** `left operator right`; undefined where the operator does not join these types. */
export function arithmetic(operator: Operator, left: Node, right: Node): Node | undefined {
  if (left.type === "int" && right.type === "int") {
    return { type: "int", run: both(left.run, right.run, INT[operator]) };
  }
  if (operator === "%") return undefined;
  if (left.type === "double" && right.type === "double") {
    return { type: "double", run: both(left.run, right.run, DOUBLE[operator]) };
  }
  if (left.type === "string" && right.type === "string" && operator === "+") {
    return { type: "string", run: both(left.run, right.run, (first, second) => first + second) };
  }
  const type = TIME[`${left.type} ${operator} ${right.type}`];
  if (type === undefined) return undefined;
  const reckon = DOUBLE[operator];
  const run = both(left.run as Run<number>, right.run as Run<number>, (first, second, frame) => {
    const result = reckon(first, second);
    return type === "timestamp" ? inCalendar(result, frame) : result;
  });
  return { type, run };
}

/** `-operand`; of a constant it is a constant. */
export function negate(operand: Node): Node | undefined {
  if (operand.type === "int") {
    if (operand.constant !== undefined) return constant("int", -operand.constant);
    return { type: "int", run: one(operand.run, (value, frame) => inRange(-value, frame)) };
  }
  if (operand.type === "double") {
    if (operand.constant !== undefined) return constant("double", -operand.constant);
    return { type: "double", run: one(operand.run, (value) => -value) };
  }
  return undefined;
}

/** Runs an operand, then computes; without its value there is none. */
export function one<Value, Result>(
  operand: Run<Value>,
  compute: (value: Value, frame: Frame) => Result | undefined,
): Run<Result> {
  return (frame) => {
    const value = operand(frame);
    return value === undefined ? undefined : compute(value, frame);
  };
}

/** Runs both operands, then computes; without the value of one there is none. */
export function both<Left, Right, Result>(
  left: Run<Left>,
  right: Run<Right>,
  compute: (left: Left, right: Right, frame: Frame) => Result | undefined,
): Run<Result> {
  return (frame) => {
    const first = left(frame);
    if (first === undefined) return undefined;
    const second = right(frame);
    return second === undefined ? undefined : compute(first, second, frame);
  };
}
