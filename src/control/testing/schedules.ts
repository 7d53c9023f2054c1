import fc from "fast-check";

/** What is broken, when, for how long; `target` picks one of what there is at that moment. */
export interface Fault<Kind extends string> {
  readonly atMs: number;
  readonly kind: Kind;
  readonly target: number;
  readonly forMs: number;
}

export interface Schedule<Kind extends string> {
  /** For the latencies of the world. */
  readonly seed: number;
  readonly faults: readonly Fault<Kind>[];
}

/** Up to twelve faults within `withinMs`; fast-check shrinks a failing one to the shortest. */
export function schedules<Kind extends string>(
  kinds: readonly Kind[],
  withinMs: number,
): fc.Arbitrary<Schedule<Kind>> {
  const fault = fc.record({
    atMs: fc.nat({ max: withinMs }),
    kind: fc.constantFrom(...kinds),
    target: fc.nat({ max: 7 }),
    forMs: fc.nat({ max: 5000 }),
  });
  return fc.record({ seed: fc.nat(), faults: fc.array(fault, { maxLength: 12 }) });
}

/**
 * How many schedules to try, and from which seed; a run with other ones explores further:
 * PLUMBLINE_SCHEDULES=20000 PLUMBLINE_SEED=7. A failure prints its seed and its shortest schedule.
 */
export function runs(atLeast: number): { readonly numRuns: number; readonly seed: number } {
  return {
    numRuns: Math.max(atLeast, Number(process.env["PLUMBLINE_SCHEDULES"] ?? 0)),
    seed: Number(process.env["PLUMBLINE_SEED"] ?? 1),
  };
}
