import { rmSync } from "node:fs";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { terraformModule } from "#terraform/module/module.ts";
import { projectTerraform } from "#terraform/project.ts";
import { SAMPLES } from "#terraform/tests/test-file.ts";
import { TerraformModule } from "../support/terraform.ts";
import type { Drift } from "./drift.ts";
import { type Emulated, emulated } from "./emulated.ts";
import { Emulator } from "./emulator.ts";
import type { Gap } from "./gap.ts";
import { overrideFile } from "./override-file.ts";
import { Steps } from "./steps.ts";

/** What came of a module that was applied to an emulator, planned again and destroyed. */
export interface RoundTrip {
  readonly emulated: Emulated;
  readonly seconds: Steps["seconds"];
  /** The addresses of what the first plan makes. */
  readonly planned: ReadonlySet<string>;
  /** What a second plan would change, were nothing ignored. */
  readonly drift: readonly Drift[];
  /** What it would change although the emulator's gaps are ignored. */
  readonly unexplained: readonly Drift[];
  /** What is in the state after everything was destroyed. */
  readonly left: readonly string[];
}

/** @throws with what Terraform says, where a step fails. */
export function roundTrip(architecture: ResolvedArchitecture, gaps: readonly Gap[]): Promise<RoundTrip> {
  const { resources } = projectTerraform(architecture);
  const given = emulated({ resources }, gaps);
  const { changed, ignored } = given;
  const targets = given.applied.map(({ address }) => address);
  return onEmulator(architecture, async (steps) => {
    await steps.override(overrideFile(resources, { changed }));
    await steps.init();
    const made = await steps.plan("plan", targets);
    await steps.apply();
    const drift = await steps.plan("second plan", targets);
    await steps.override(overrideFile(resources, { changed, ignored }));
    const unexplained = await steps.plan("plan with what is ignored", targets);
    const left = await steps.destroy(targets);
    const resourcesMade = made.filter(({ address }) => !address.startsWith("output."));
    const planned = new Set(resourcesMade.map(({ address }) => address));
    return { emulated: given, seconds: steps.seconds, planned, drift, unexplained, left };
  });
}

/** Applies some resources, and what they refer to, as users get them: the addresses of those that the emulator refuses. */
export function refused(
  architecture: ResolvedArchitecture,
  addresses: readonly string[],
  gaps: readonly Gap[],
): Promise<readonly string[]> {
  const { resources } = projectTerraform(architecture);
  const lifted = gaps.filter(({ done }) => done.kind === "lifted");
  return onEmulator(architecture, async (steps) => {
    await steps.override(overrideFile(resources, emulated({ resources }, lifted)));
    await steps.init();
    return steps.refused(addresses);
  });
}

/** Does something with an architecture's module and an emulator that nothing is in but the domain's hosted zone. */
async function onEmulator<T>(
  architecture: ResolvedArchitecture,
  work: (steps: Steps) => Promise<T>,
): Promise<T> {
  await using emulator = await Emulator.start();
  const hostedZone = await emulator.hostedZone(zoneOf(architecture));
  const environment = { ...emulator.environment, ...variables({ ...SAMPLES, hosted_zone_id: hostedZone }) };
  const module = new TerraformModule(terraformModule(architecture), environment);
  try {
    return await work(new Steps(module));
  } finally {
    rmSync(module.folder, { recursive: true });
  }
}

/** The hosted zone that a domain is in: the last two labels of its name. */
function zoneOf({ entry }: ResolvedArchitecture): string {
  const domain = entry.dns?.domain ?? entry.certificate?.domain ?? "example.com";
  return domain.split(".").slice(-2).join(".");
}

/** Terraform takes no notice of those that a module does not have. */
function variables(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `TF_VAR_${name}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
