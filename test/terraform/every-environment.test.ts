import { rmSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { environmentsOf } from "#model/resolve.ts";
import { REFERENCES, resolved, written } from "#model/testing/references.ts";
import { terraformModule } from "#terraform/module/module.ts";
import { TerraformModule, withTerraform } from "../support/terraform.ts";

/** Loading the provider, and applying some hundred resources to a mock of it, takes seconds of a processor. */
const PATIENCE_MS = 120_000;

const cases = await Promise.all(
  REFERENCES.map(async (name) =>
    environmentsOf(await written(name)).map((environment) => [name, environment] as const),
  ),
);

// What is generated has to be as `terraform fmt` leaves it, valid without a warning, and apply as the architecture says.
describe.skipIf(withTerraform.skipped)(`terraform${withTerraform.why}`, () => {
  const modules: TerraformModule[] = [];
  afterAll(() => {
    for (const { folder } of modules) rmSync(folder, { recursive: true });
  });

  test.each(cases.flat())(
    "accepts what is generated for %s (%s), and applies it to a mocked provider as the architecture says",
    async (name, environment) => {
      const module = new TerraformModule(terraformModule(await resolved(name, environment)));
      modules.push(module);
      // It prints the files that it would change.
      expect(await module.run("fmt", "-check", "-recursive")).toBe("");
      await module.run("init", "-backend=false", "-input=false");
      const validation = JSON.parse(await module.run("validate", "-json")) as { diagnostics: unknown[] };
      expect(validation.diagnostics).toEqual([]);
      expect(await module.run("test", "-no-color")).toContain("1 passed, 0 failed");
    },
    PATIENCE_MS,
  );
});
