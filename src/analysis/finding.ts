import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding, Reference, Remedy, Unit, Verdict } from "#model/evidence.ts";
import { capital } from "./words.ts";

/**
 * A check: a pure function of one environment of an architecture, and of the day by which what has an end is judged. It
 * returns a finding for each part that it is about, also where all is well, and none where it is about nothing there.
 */
export type Check = (architecture: ResolvedArchitecture, day: string) => Finding[];

/** A finding as a check writes it: what is absent is null, or none. */
export interface Found {
  readonly check: string;
  readonly part: string;
  readonly figure?: number;
  readonly limit?: number;
  readonly unit?: Unit;
  readonly says: string;
  readonly references?: readonly Reference[];
}

export function holds(found: Found): Finding {
  return finding("holds", found, null);
}

export function fails(found: Found, says: string, set?: Remedy["set"]): Finding {
  return finding("fails", found, set === undefined ? { says } : { says, set });
}

/** What is sound needs no remedy. */
export function judged(isSound: boolean, found: Found, says: string, set?: Remedy["set"]): Finding {
  return isSound ? holds(found) : fails(found, says, set);
}

/** Nobody can tell from the architecture alone, or a fact is not known here. */
export function inconclusive(found: Found, says: string): Finding {
  return finding("inconclusive", found, { says });
}

/** The page and the day of each fact, each page once. */
export function referencesTo(...facts: readonly Reference[]): Reference[] {
  const pages = new Map(facts.map(({ page, asOf }) => [page, { page, asOf }] as const));
  return [...pages.values()];
}

function finding(verdict: Verdict, found: Found, remedy: Remedy | null): Finding {
  const { check, part, says, figure = null, limit = null, unit = null, references = [] } = found;
  return { check, part, verdict, figure, limit, unit, says: capital(says), remedy, references };
}
