import { expect, test } from "vitest";
import { completedIn, failedIn, problemsIn } from "./terraform-events.ts";

const hook = { resource: { addr: "aws_vpc.main" } };
const diagnostic = {
  severity: "error",
  address: "aws_eip.nat_a",
  summary: "No address",
  detail: "None is left.",
};
const output = [
  { type: "apply_start", hook },
  { type: "apply_complete", hook },
  { type: "apply_errored", hook: { resource: { addr: "aws_eip.nat_a" } } },
  { type: "diagnostic", diagnostic: { severity: "warning", summary: "Old" } },
  { type: "diagnostic", diagnostic },
  { type: "diagnostic", diagnostic: { severity: "error", summary: "No provider" } },
]
  .map((event) => JSON.stringify(event))
  .concat("Killed", "")
  .join("\n");

test("what was made is told from what failed", () => {
  expect(completedIn(output)).toEqual(["aws_vpc.main"]);
  expect(failedIn(output)).toEqual(["aws_eip.nat_a"]);
});

test("errors are said with what they are about; warnings are not", () => {
  expect(problemsIn(output)).toEqual(["aws_eip.nat_a: No address\nNone is left.", "terraform: No provider"]);
});
