import { minorUnitDigits } from "../../reference/currencies.ts";
import { fieldReader, GROUPS, TEXT_FIELD_NAMES, type FieldReader } from "./fields.ts";
import type { Node, TypedNode, ValueType } from "./node.ts";

/** Powers of ten by digits of the minor unit. */
const SCALE = [1, 10, 100, 1000, 10_000];

/** Minor units in major ones; the same number where the currency is unknown or has no minor unit. */
export function toMajor(minor: bigint, currency: string): number {
  return Number(minor) / (SCALE[minorUnitDigits.get(currency) ?? 0] as number);
}

const OTHERS: Readonly<Record<string, Node>> = {
  amount: { type: "int", run: ({ transaction }) => transaction.amount },
  major: { type: "double", run: ({ transaction: { amount, currency } }) => toMajor(amount, currency) },
  createdAt: { type: "timestamp", run: ({ transaction }) => transaction.createdAt },
  receivedAt: { type: "timestamp", run: ({ facts }) => facts.receivedAt },
};

/** A text field as an expression reads it: what a transaction does not have is "", and no error. */
function textVariable(name: string): TypedNode<"string"> {
  const read = fieldReader(name) as FieldReader;
  return { type: "string", run: ({ transaction }) => read(transaction) ?? "", field: name, short: true };
}

/** The variables of the language, and the fields of those that have some, such as `debtor.account`. */
export const VARIABLES: ReadonlyMap<string, Node> = new Map<string, Node>([
  ...Object.entries(OTHERS),
  ...TEXT_FIELD_NAMES.map((name) => [name, textVariable(name)] as const),
]);

/** Types of the variables that have no fields, and of the fields of those that have some. */
export function variableTypes(): {
  plain: Map<string, ValueType>;
  groups: Map<string, Record<string, ValueType>>;
} {
  const plain = new Map<string, ValueType>();
  const groups = new Map([...GROUPS].map((group) => [group, {} as Record<string, ValueType>]));
  for (const [name, { type }] of VARIABLES) {
    const [group = "", field] = name.split(".");
    if (field === undefined) plain.set(name, type);
    else groups.get(group)![field] = type;
  }
  return { plain, groups };
}
