/**
 * Expressions of Terraform's language that are not literals.
 * https://developer.hashicorp.com/terraform/language/expressions
 *
 * An expression carries the type of what it evaluates to, for the compiler only: an argument that takes a number takes
 * no reference to a string.
 */
declare const evaluatesTo: unique symbol;

export interface Expression<T = unknown> {
  readonly [evaluatesTo]?: T;
  readonly expression:
    | { readonly kind: "reference"; readonly address: string }
    /** A string with expressions in it: literal texts and expressions in turns. */
    | { readonly kind: "template"; readonly parts: readonly (string | Expression<string | number>)[] }
    | { readonly kind: "call"; readonly name: string; readonly values: readonly HclValue[] }
    /** An object whose keys are only known when it is applied. */
    | {
        readonly kind: "object";
        readonly entries: readonly (readonly [Expression<string>, HclValue])[];
      };
}

/** A literal, or an expression that evaluates to one; objects and lists may hold expressions anywhere. */
export type Input<T> =
  | Expression<T>
  | (T extends readonly (infer Item)[]
      ? readonly Input<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Input<T[Key]> }
        : T);

/** What can stand to the right of an equals sign. Undefined entries of an object are left out. */
export type HclValue =
  | string
  | number
  | boolean
  | null
  | Expression
  | readonly HclValue[]
  | { readonly [key: string]: HclValue | undefined };

export function isExpression(value: unknown): value is Expression {
  return typeof value === "object" && value !== null && "expression" in value;
}

/** `aws_vpc.main.id`, `var.account` */
export function reference<T>(address: string): Expression<T> {
  return { expression: { kind: "reference", address } };
}

/** An expression of Terraform's own that has no shape here, such as a `for`. */
export function raw<T>(written: string): Expression<T> {
  return reference(written);
}

/** A string with expressions in it: text`${bucket.arn}/*` prints "${aws_s3_bucket.logs.arn}/*". */
export function text(
  literals: TemplateStringsArray,
  ...values: readonly (Expression<string> | Expression<number> | string | number)[]
): Expression<string> {
  const parts = literals.flatMap((literal, at) => {
    const value = values[at];
    if (value === undefined) return [literal];
    return [literal, isExpression(value) ? (value as Expression<string>) : String(value)];
  });
  return { expression: { kind: "template", parts } };
}

/** An object whose keys are expressions. */
export function keyed(...entries: readonly (readonly [Expression<string>, HclValue])[]): Expression {
  return { expression: { kind: "object", entries } };
}

/** A document in JSON, such as an IAM policy, that keeps its shape in the file. */
export function jsonencode(document: HclValue): Expression<string> {
  return { expression: { kind: "call", name: "jsonencode", values: [document] } };
}

export function base64encode(content: string | Expression<string>): Expression<string> {
  return { expression: { kind: "call", name: "base64encode", values: [content] } };
}

/** https://developer.hashicorp.com/terraform/language/functions/replace */
export function replaced(value: Expression<string>, what: string, by: string): Expression<string> {
  return { expression: { kind: "call", name: "replace", values: [value, what, by] } };
}
