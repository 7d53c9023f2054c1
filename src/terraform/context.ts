import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type Expression, reference, text } from "./hcl/expression.ts";
import { fitted, localName } from "./names.ts";
import type { Stack } from "./stack.ts";

/** The longest name that databases take; IAM's roles take one character more. */
const LONGEST_NAME = 63;
/** Load balancers and target groups take the shortest names. */
const SHORT_NAME = 32;
const ACCOUNT_DIGITS = 12;

/** What every part of the projection works with. */
export interface Context {
  readonly architecture: ResolvedArchitecture;
  readonly stack: Stack;
  /** The one rule for names on AWS: architecture, environment, part. */
  readonly name: (...part: readonly string[]) => string;
  /** The same, where AWS takes at most 32 characters. */
  readonly shortName: (...part: readonly string[]) => string;
  /** Buckets are known to the whole world: theirs end with the account. */
  readonly bucketName: (...part: readonly string[]) => Expression<string>;
  /** The provider's alias for a region; undefined for the architecture's own. */
  readonly provider: (region: string | undefined) => { readonly provider?: string };
}

/** The account that everything is in; given with each plan, for an architecture is not bound to one. */
export const account: Expression<string> = reference("var.account_id");

export function contextOf(architecture: ResolvedArchitecture, stack: Stack): Context {
  const full = (...part: readonly string[]) =>
    [architecture.name, architecture.environment, ...part].join("-");
  return {
    architecture,
    stack,
    name: (...part) => fitted(full(...part), LONGEST_NAME),
    shortName: (...part) => fitted(full(...part), SHORT_NAME),
    bucketName: (...part) => text`${fitted(full(...part), LONGEST_NAME - ACCOUNT_DIGITS - 1)}-${account}`,
    provider: (region) =>
      region === undefined || region === architecture.region ? {} : { provider: localName(region) },
  };
}

/** The Route 53 hosted zone of the architecture's domains; it outlives every environment. */
export const hostedZone: Expression<string> = reference("var.hosted_zone_id");
