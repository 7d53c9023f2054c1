import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { terraformModule } from "#terraform/module/module.ts";
import { type REFERENCES, resolved } from "#model/testing/references.ts";
import { TerraformModule } from "../support/terraform.ts";

type Case = readonly [name: (typeof REFERENCES)[number], environment: string];

/** Loading the provider, and applying some hundred resources to a mock of it, takes seconds of a processor. */
const PATIENCE_MS = 120_000;

/** What is generated has to be as `terraform fmt` leaves it, valid without a warning, and apply as the architecture says. */
export function testAcceptance(cases: readonly Case[]): void {
  const modules: TerraformModule[] = [];
  afterAll(() => {
    for (const { folder } of modules) rmSync(folder, { recursive: true });
  });

  test.each(cases)(
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
}
