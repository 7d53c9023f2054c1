import { describe, expect, test } from "vitest";
import { needs } from "#stores/testing.ts";
import { projectTerraform } from "#terraform/project.ts";
import { REFERENCES, resolved } from "#model/testing/references.ts";
import { terraform } from "../support/terraform.ts";
import { EMULATOR_GAPS } from "./emulator-gaps.ts";
import { moto } from "./emulator.ts";
import { reportOf } from "./report.ts";
import { refused, type RoundTrip, roundTrip } from "./round-trip.ts";
import { neverDrifting, neverRefused, trialsOf } from "./unneeded.ts";

const withEmulator = needs(terraform, moto);

const architectures = new Map(
  await Promise.all(REFERENCES.map(async (name) => [name as string, await resolved(name)] as const)),
);
const architectureOf = (name: string) => architectures.get(name) as Awaited<ReturnType<typeof resolved>>;
const stacks = new Map(
  [...architectures].map(([name, architecture]) => [name, projectTerraform(architecture)]),
);

describe.skipIf(withEmulator.skipped)(`against an emulator of AWS${withEmulator.why}`, () => {
  const trips = new Map<string, RoundTrip>();

  test.each(REFERENCES)(
    "%s is applied, a second plan changes nothing, and all is destroyed",
    async (name) => {
      const trip = await roundTrip(architectureOf(name), EMULATOR_GAPS);
      trips.set(name, trip);
      console.log(reportOf(name, trip));
      expect(trip.planned).toEqual(new Set(trip.emulated.applied.map(({ address }) => address)));
      expect(trip.unexplained).toEqual([]);
      expect(trip.left).toEqual([]);
    },
  );

  test("what the table ignores, a second plan would change", ({ skip }) => {
    if (trips.size < REFERENCES.length) skip("not every architecture was applied");
    expect(neverDrifting(EMULATOR_GAPS, [...trips.values()])).toEqual([]);
  });

  test.each(trialsOf(EMULATOR_GAPS, stacks))(
    "what the table leaves out or changes, the emulator refuses ($name)",
    async (trial) => {
      const addresses = [...trial.gaps.values()].flat();
      const found = await refused(architectureOf(trial.name), addresses, EMULATOR_GAPS);
      expect(neverRefused(trial, found)).toEqual([]);
    },
  );
});
