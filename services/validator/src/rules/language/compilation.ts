import type { ASTNode } from "@marcbachmann/cel-js";

import type { AggregateDefinition } from "../../velocity/aggregate.ts";
import type { Node } from "./node.ts";
import { positionIn, problem, type RuleSetProblem, type RuleSetProblemCode } from "../problems.ts";

/** A fact that expressions ask for. Its place in the list is the number of its slot. */
export interface Lookup {
  readonly kind: "aggregate" | "list" | "screening";
  /** How it is told among the values that a rule saw, such as `count(1h, debtor.account)`. */
  readonly label: string;
  readonly aggregate?: AggregateDefinition;
  /** Name of the value list. */
  readonly list?: string;
}

/** The facts that the expressions of a rule set ask for, each once. */
export class Lookups {
  readonly all: Lookup[] = [];
  readonly #slots = new Map<string, number>();

  /** The slot of a lookup; the same one for all that have its label. */
  add(lookup: Lookup): number {
    const key = lookup.aggregate?.id ?? lookup.label;
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.all.push(lookup) - 1;
      this.#slots.set(key, slot);
    }
    return slot;
  }
}

/** A call: its arguments, compiled and as they are written; of a method, the receiver is the first one. */
export interface Arguments {
  readonly call: ASTNode;
  /** Of the parameters' types; undefined for one that has a problem, which is noted already. */
  readonly args: readonly (Node | undefined)[];
  readonly nodes: readonly ASTNode[];
  readonly compilation: Compilation;
}

/** The compilation of one expression: collects what is wrong with it and which facts it asks for. */
export class Compilation {
  readonly text: string;
  readonly pointer: string;
  readonly problems: RuleSetProblem[] = [];
  /** Slots that this expression reads, in the order of their first mention. */
  readonly slots = new Set<number>();
  /** Steps of its regular expressions, for the worst texts. */
  patternSteps = 0;
  readonly #lookups: Lookups;

  constructor(text: string, pointer: string, lookups: Lookups) {
    this.text = text;
    this.pointer = pointer;
    this.#lookups = lookups;
  }

  /** Notes what is wrong at a node; returns what a node that cannot be compiled is. */
  refuse(
    code: RuleSetProblemCode,
    { start, end }: Pick<ASTNode, "start" | "end">,
    detail?: string,
  ): undefined {
    const position = positionIn(this.text, start, end);
    this.problems.push(problem(code, this.pointer, detail, position));
    return undefined;
  }

  /** A node as it is written. */
  textOf({ start, end }: Pick<ASTNode, "start" | "end">): string {
    return this.text.slice(start, end);
  }

  slotOf(lookup: Lookup): number {
    const slot = this.#lookups.add(lookup);
    this.slots.add(slot);
    return slot;
  }
}
