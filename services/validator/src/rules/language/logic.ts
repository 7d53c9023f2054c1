import type { Node, Run, TypedNode } from "./node.ts";

// CEL's logic: an operand that settles the result settles it, whichever side it stands on and even where the other side
// has no value. What is away therefore only matters where the answer depends on it.

export function and(left: Run<boolean>, right: Run<boolean>): TypedNode<"bool"> {
  return {
    type: "bool",
    run: (frame) => {
      const first = left(frame);
      if (first === true) return right(frame);
      if (first === false) return false;
      const { failure } = frame;
      const second = right(frame);
      if (second === true) return frame.fail(failure);
      return second;
    },
  };
}

export function or(left: Run<boolean>, right: Run<boolean>): TypedNode<"bool"> {
  return {
    type: "bool",
    run: (frame) => {
      const first = left(frame);
      if (first === false) return right(frame);
      if (first === true) return true;
      const { failure } = frame;
      const second = right(frame);
      if (second === false) return frame.fail(failure);
      return second;
    },
  };
}

export function not(operand: Run<boolean>): TypedNode<"bool"> {
  return {
    type: "bool",
    run: (frame) => {
      const value = operand(frame);
      return value === undefined ? undefined : !value;
    },
  };
}

/** `condition ? yes : no`; both have the same type. */
export function choose(condition: Run<boolean>, yes: Node, no: Node): Node {
  const [whenTrue, whenFalse]: Run<unknown>[] = [yes.run, no.run];
  const run: Run<unknown> = (frame) => {
    const value = condition(frame);
    if (value === undefined) return undefined;
    return value ? whenTrue!(frame) : whenFalse!(frame);
  };
  return { type: yes.type, run } as Node;
}
