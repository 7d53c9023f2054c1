import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { HclValue } from "../hcl/expression.ts";
import type { ResourceType, Resources } from "../stack.ts";

/** What a resource's arguments are, as data to look into. */
export type Arguments = Readonly<Record<string, HclValue>>;

/**
 * A rule of good practice about generated resources. `references` are the controls that ask for it:
 * CIS AWS Foundations Benchmark 3.0 (https://www.cisecurity.org/benchmark/amazon_web_services), PCI DSS 4.0.1, the HIPAA Security
 * Rule (45 CFR 164.3xx) and the SOC 2 trust services criteria.
 */
export interface Policy {
  readonly id: string;
  readonly severity: "high" | "medium" | "low";
  readonly title: string;
  readonly references: References;
  /** What to write in the architecture so that it holds. */
  readonly remedy: string;
  /** The addresses of the resources that break it, each with what was found. */
  readonly violations: (stack: Resources, architecture: ResolvedArchitecture) => readonly Violation[];
}

export interface References {
  readonly cis?: string;
  readonly pciDss?: string;
  readonly hipaa?: string;
  readonly soc2?: string;
}

export interface Violation {
  readonly address: string;
  readonly found: string;
}

/** Those resources of some types for which a check says what is wrong. */
export function each(
  types: readonly ResourceType[],
  check: (args: Arguments, stack: Resources, address: string) => string | null,
): Policy["violations"] {
  return (stack) =>
    stack.resources
      .filter(({ type }) => types.includes(type))
      .flatMap(({ address, arguments: args }) => {
        const found = check(args as unknown as Arguments, stack, address);
        return found === null ? [] : [{ address, found }];
      });
}

/** An argument that has to have a value. */
export function must(argument: string, wanted: HclValue, found: string): (args: Arguments) => string | null {
  return (args) => (args[argument] === wanted ? null : found);
}
