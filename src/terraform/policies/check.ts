import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Resources } from "../stack.ts";
import { COMPUTE_POLICIES, WATCHING_POLICIES } from "./compute.ts";
import { DATA_POLICIES } from "./data.ts";
import { NETWORK_POLICIES } from "./network.ts";
import type { Policy, Violation } from "./policy.ts";

/** Every policy, in the order in which they are shown. */
export const POLICIES: readonly Policy[] = [
  ...NETWORK_POLICIES,
  ...DATA_POLICIES,
  ...COMPUTE_POLICIES,
  ...WATCHING_POLICIES,
];

export interface Finding extends Violation {
  readonly policy: Policy;
  /** Why it is accepted, in the architecture's own words; null for one that is not. */
  readonly exception: string | null;
}

export interface PolicyReport {
  readonly passed: readonly Policy[];
  readonly findings: readonly Finding[];
}

/** Checks the generated resources against every policy. */
export function checkPolicies(architecture: ResolvedArchitecture, stack: Resources): PolicyReport {
  const { exceptions } = architecture.security;
  const findings = POLICIES.flatMap((policy) =>
    policy.violations(stack, architecture).map((violation): Finding => {
      const accepted = exceptions.find(
        ({ policy: id, on }) => id === policy.id && (on === undefined || on === violation.address),
      );
      return { ...violation, policy, exception: accepted?.reason ?? null };
    }),
  );
  const broken = new Set(findings.map(({ policy }) => policy.id));
  return { passed: POLICIES.filter(({ id }) => !broken.has(id)), findings };
}
