import type { Resources } from "#terraform/stack.ts";
import { emulated } from "./emulated.ts";
import { concerns, type Gap } from "./gap.ts";
import type { RoundTrip } from "./round-trip.ts";

/** What gaps leave out or change in one architecture, to be tried as users get it. */
export interface Trial {
  readonly name: string;
  readonly gaps: ReadonlyMap<Gap, readonly string[]>;
}

/**
 * Every gap that leaves out or changes something, in the first architecture that has such a thing; but not what refers to
 * something that is left out: it could be tried only with that.
 */
export function trialsOf(gaps: readonly Gap[], stacks: ReadonlyMap<string, Resources>): Trial[] {
  const open = new Set(gaps.filter(({ done }) => done.kind === "left-out" || done.kind === "changed"));
  const outright = gaps.filter(({ done }) => done.kind === "left-out");
  return [...stacks].flatMap(([name, stack]) => {
    const { leftOut } = emulated(stack, outright);
    const dependents = leftOut.filter(({ because }) => typeof because === "string");
    const blocked = new Set(dependents.map(({ address }) => address));
    const triable = stack.resources.filter(({ address }) => !blocked.has(address));
    const tried = new Map<Gap, readonly string[]>();
    for (const gap of open) {
      const addresses = triable.filter((resource) => concerns(gap, resource)).map(({ address }) => address);
      if (addresses.length === 0) continue;
      tried.set(gap, addresses);
      open.delete(gap);
    }
    return tried.size === 0 ? [] : [{ name, gaps: tried }];
  });
}

/** Gaps of a trial of which nothing was refused: they are none any more, or could not be tried. */
export function neverRefused({ gaps }: Trial, refused: readonly string[]): string[] {
  return [...gaps].flatMap(([{ type, reason }, addresses]) =>
    addresses.some((address) => refused.includes(address)) ? [] : [`${type}: ${reason}`],
  );
}

type Planned = Pick<RoundTrip, "emulated" | "drift">;

/** Arguments that the table ignores, although a second plan would change them nowhere. */
export function neverDrifting(gaps: readonly Gap[], trips: readonly Planned[]): string[] {
  const drifts = (gap: Gap, name: string) =>
    trips.some(({ emulated, drift }) => {
      const concerned = emulated.ignored.filter((difference) => difference.gap === gap);
      const addresses = new Set(concerned.map(({ resource }) => resource.address));
      return drift.some(({ address, argument }) => argument === name && addresses.has(address));
    });
  return gaps.flatMap((gap) =>
    gap.done.kind === "ignored"
      ? gap.done.names.filter((name) => !drifts(gap, name)).map((name) => `${gap.type}: ${name}`)
      : [],
  );
}
