import { expect, test } from "vitest";
import { reference } from "#terraform/hcl/expression.ts";
import { Stack } from "#terraform/stack.ts";
import { emulated } from "./emulated.ts";
import { changed, ignored, leftOut, lifted } from "./gap.ts";
import { neverDrifting, neverRefused, trialsOf } from "./unneeded.ts";

function stackOf(...keys: readonly string[]): Stack {
  const stack = new Stack();
  for (const name of keys) stack.file("data")("aws_kms_key", name, {});
  return stack;
}

test("what is left out or changed is tried once, where it is first; what is lifted or ignored is not", () => {
  const stacks = new Map([
    ["a", stackOf()],
    ["b", stackOf("one", "two")],
    ["c", stackOf("three")],
  ]);
  const out = leftOut("aws_kms_key", "Not there.");
  const otherwise = changed("aws_kms_key", () => ({ enable_key_rotation: false }), "Refused.");
  const others = [
    lifted("aws_kms_key", () => ({ deletion_window_in_days: 7 }), "Destroyed at the end."),
    ignored("aws_kms_key", ["tags_all"], "Not kept."),
  ];
  const addresses = ["aws_kms_key.one", "aws_kms_key.two"];
  expect(trialsOf([out, otherwise, ...others], stacks)).toEqual([
    {
      name: "b",
      gaps: new Map([
        [out, addresses],
        [otherwise, addresses],
      ]),
    },
  ]);
});

test("what refers to something that is left out cannot be tried", () => {
  const stack = stackOf("one");
  stack.file("data")("aws_kms_alias", "one", { target_key_id: reference("aws_kms_key.one.key_id") });
  const key = leftOut("aws_kms_key", "Not there.");
  const alias = changed("aws_kms_alias", () => ({ target_key_id: "0000" }), "Its key is not there.");
  expect(trialsOf([key, alias], new Map([["a", stack]]))).toEqual([
    { name: "a", gaps: new Map([[key, ["aws_kms_key.one"]]]) },
  ]);
});

test("a gap is one still where some of what it concerns is refused", () => {
  const trial = { name: "b", gaps: new Map([[leftOut("aws_kms_key", "Not there."), ["one", "two"]]]) };
  expect(neverRefused(trial, ["two"])).toEqual([]);
  expect(neverRefused(trial, ["three"])).toEqual(["aws_kms_key: Not there."]);
});

test("an ignored argument is needed where it drifts, on a resource that the gap concerns", () => {
  const gaps = [ignored("aws_kms_key", ["tags_all", "rotation_period_in_days"], "Not kept.")];
  const trip = {
    emulated: emulated(stackOf("one"), gaps),
    drift: [
      { address: "aws_kms_key.one", argument: "rotation_period_in_days", says: "" },
      { address: "aws_kms_alias.one", argument: "tags_all", says: "" },
    ],
  };
  expect(neverDrifting(gaps, [trip])).toEqual(["aws_kms_key: tags_all"]);
});
