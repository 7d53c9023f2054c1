import type { Transaction } from "../../transactions/transaction.ts";
import type { Facts, ScreeningMatch } from "../facts.ts";

/** Types of expressions. Timestamps and durations are milliseconds. */
export type ValueType = "int" | "double" | "string" | "bool" | "timestamp" | "duration";

interface JavaScriptType {
  int: bigint;
  double: number;
  string: string;
  bool: boolean;
  timestamp: number;
  duration: number;
}

/** Why an expression has no value. */
export type Failure = "data_away" | "division_by_zero" | "numeric_overflow";

/** What a fact was when it was first asked for: undefined before that, null when it is away. */
export type Slot = bigint | boolean | readonly ScreeningMatch[] | null | undefined;

/** One evaluation: what expressions read, and what they leave behind. */
export class Frame {
  readonly transaction: Transaction;
  readonly facts: Facts;
  /** Facts by the number of their lookup: what several rules ask for is asked once. */
  readonly slots: Slot[];
  /** Why the last run that returned undefined did. */
  failure: Failure = "data_away";

  constructor(transaction: Transaction, facts: Facts, slots: number) {
    this.transaction = transaction;
    this.facts = facts;
    this.slots = [];
    for (let slot = 0; slot < slots; slot++) this.slots.push(undefined);
  }

  /** Notes why there is no value; returns what a run without a value returns. */
  fail(failure: Failure): undefined {
    this.failure = failure;
    return undefined;
  }
}

/** Gives the value; undefined where there is none, and then the frame has the failure. Never throws by itself. */
export type Run<Value> = (frame: Frame) => Value | undefined;

/** A part of an expression, checked and ready to run. */
export type Node = { [Type in ValueType]: TypedNode<Type> }[ValueType];

export interface TypedNode<Type extends ValueType> {
  readonly type: Type;
  readonly run: Run<JavaScriptType[Type]>;
  /** Its value, where it is the same for every transaction. */
  readonly constant?: JavaScriptType[Type];
  /** Its name, where it is a text field of the transaction. */
  readonly field?: string;
  /** It is a text that has no more characters than the longest field. */
  readonly short?: boolean;
}

export function constant<Type extends ValueType>(type: Type, value: JavaScriptType[Type]): TypedNode<Type> {
  return { type, run: () => value, constant: value };
}
