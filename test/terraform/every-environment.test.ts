import { describe } from "vitest";
import { environmentsOf } from "#model/resolve.ts";
import { REFERENCES, written } from "#model/testing/references.ts";
import { withTerraform } from "../support/terraform.ts";
import { testAcceptance } from "./acceptance.ts";

const cases = await Promise.all(
  REFERENCES.map(async (name) =>
    environmentsOf(await written(name)).map((environment) => [name, environment] as const),
  ),
);

describe.skipIf(withTerraform.skipped)(`terraform${withTerraform.why}`, () => {
  testAcceptance(cases.flat());
});
