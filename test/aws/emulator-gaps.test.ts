import { expect, test } from "vitest";
import { projectTerraform } from "#terraform/project.ts";
import { REFERENCES, resolved } from "#model/testing/references.ts";
import { emulated } from "./emulated.ts";
import { EMULATOR_GAPS } from "./emulator-gaps.ts";
import { concerns } from "./gap.ts";

const stacks = await Promise.all(REFERENCES.map(async (name) => projectTerraform(await resolved(name))));

test("every entry of the table concerns something that is generated, and says why in a sentence", () => {
  const resources = stacks.flatMap((stack) => stack.resources);
  const idle = EMULATOR_GAPS.filter((gap) => !resources.some((resource) => concerns(gap, resource)));
  expect(idle.map(({ type, reason }) => `${type}: ${reason}`)).toEqual([]);
  for (const { reason } of EMULATOR_GAPS) expect(reason).toMatch(/^[A-Za-z].+\.$/);
});

test("what is left out is a small part: six of seven resources are applied in every architecture", () => {
  const parts = stacks.map((stack) => emulated(stack, EMULATOR_GAPS).applied.length / stack.resources.length);
  expect(Math.min(...parts)).toBeGreaterThan(6 / 7);
});
