import { describe } from "vitest";
import { REFERENCES } from "#model/testing/references.ts";
import { withTerraform } from "../support/terraform.ts";
import { testAcceptance } from "./acceptance.ts";

describe.skipIf(withTerraform.skipped)(`terraform${withTerraform.why}`, () => {
  testAcceptance(REFERENCES.map((name) => [name, "production"]));
});
