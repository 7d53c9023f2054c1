import { LIST_NAME_PATTERN } from "../document.ts";
import type { ScreeningMatch } from "../facts.ts";
import type { AggregateDefinition } from "../../velocity/aggregate.ts";
import type { Arguments } from "./compilation.ts";
import { fieldReader } from "./fields.ts";
import type { Frame, Node, Run, TypedNode } from "./node.ts";
import { defineAggregate, readWindow } from "./windows.ts";

// Functions that ask for facts. What they ask for is known when a rule set is saved: windows, keys and lists are
// literals and fields. A fact that is away is null in its slot and makes the expression fail with `data_away`.

/** `count(window, key)`, `sum(window, key)` and so on; `countDistinct(window, key, of)`. */
export function aggregate(
  name: AggregateDefinition["function"],
  { call, args, nodes, compilation }: Arguments,
): Node | undefined {
  const [windowArgument, ...fieldArguments] = args;
  const duration = windowArgument?.type === "string" ? windowArgument.constant : undefined;
  const window = duration === undefined ? undefined : readWindow(duration);
  if (windowArgument && window === undefined) compilation.refuse("window_invalid", nodes[0] ?? call);
  const fields = fieldArguments.map((argument, index) => {
    if (argument && argument.field === undefined) compilation.refuse("key_invalid", nodes[index + 1] ?? call);
    return argument?.field;
  });
  const [key, of = null] = fields;
  const reader = key === undefined ? undefined : fieldReader(key);
  if (window === undefined || !key || !reader || fields.includes(undefined)) return undefined;

  const definition = defineAggregate({ function: name, window, key, of });
  const label = `${name}(${[duration, ...fields].join(", ")})`;
  const slot = compilation.slotOf({ kind: "aggregate", label, aggregate: definition });
  const { id } = definition;
  const run: Run<bigint> = (frame) => {
    const known = frame.slots[slot] as bigint | null | undefined;
    if (known !== undefined) return known ?? frame.fail("data_away");
    frame.slots[slot] = null;
    // A transaction without the key shares it with none.
    const figure = reader(frame.transaction) === undefined ? 0n : frame.facts.aggregates.get(id);
    if (figure === undefined) return frame.fail("data_away");
    frame.slots[slot] = figure;
    return figure;
  };
  return { type: "int", run };
}

const LIST_NAME = new RegExp(LIST_NAME_PATTERN);

/** `listed("blocked_accounts", creditor.account)`: nothing, "", is on no list. */
export function listed({
  call,
  args: [nameArgument, value],
  nodes,
  compilation,
}: Arguments): Node | undefined {
  const list = nameArgument?.type === "string" ? nameArgument.constant : undefined;
  const isName = list !== undefined && LIST_NAME.test(list);
  if (nameArgument && !isName) compilation.refuse("list_name_invalid", nodes[0] ?? call);
  if (!isName || value?.type !== "string") return undefined;

  const label = `listed(${list}, ${value.field ?? compilation.textOf(nodes[1] ?? call)})`;
  const slot = compilation.slotOf({ kind: "list", label, list });
  const ask = (text: string, frame: Frame) => (text === "" ? false : frame.facts.isListed(list, text));
  return { type: "bool", run: fact(slot, value, ask) as Run<boolean> };
}

/** `screening(debtor.name)`: the score of the best match, 0.0 where there is none. */
export function screening({ call, args: [name], nodes, compilation }: Arguments): Node | undefined {
  if (name?.type !== "string") return undefined;
  const label = `screening(${name.field ?? compilation.textOf(nodes[0] ?? call)})`;
  const slot = compilation.slotOf({ kind: "screening", label });
  const matches = fact(slot, name, screen) as Run<readonly ScreeningMatch[]>;
  return {
    type: "double",
    run: (frame) => {
      const found = matches(frame);
      return found === undefined ? undefined : (found[0]?.score ?? 0);
    },
  };
}

function screen(name: string, { facts }: Frame): readonly ScreeningMatch[] | undefined {
  return name === "" ? [] : facts.screen(name);
}

/** Asks for a fact about a text once in an evaluation. */
function fact(
  slot: number,
  value: TypedNode<"string">,
  ask: (text: string, frame: Frame) => boolean | readonly ScreeningMatch[] | undefined,
): Run<boolean | readonly ScreeningMatch[]> {
  const { run } = value;
  return (frame) => {
    const known = frame.slots[slot] as boolean | readonly ScreeningMatch[] | null | undefined;
    if (known !== undefined) return known ?? frame.fail("data_away");
    const text = run(frame);
    if (text === undefined) return undefined;
    // In case asking throws, the slot says already that the fact is away.
    frame.slots[slot] = null;
    const answer = ask(text, frame);
    if (answer === undefined) return frame.fail("data_away");
    frame.slots[slot] = answer;
    return answer;
  };
}
