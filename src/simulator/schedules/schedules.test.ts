import { describe, expect, test } from "vitest";
import { runs } from "#control/testing/schedules.ts";
import { scheduleOf } from "../system/generate.ts";
import { FAULTS } from "../system/schedule.ts";
import { LOOPS, type Loops } from "../system/system.ts";
import { PLANTS } from "./plants.ts";
import { runSchedule } from "./run.ts";
import { PLAINEST, shrink } from "./shrink.ts";
import { describeSchedule, isTelling, timeline } from "./timeline.ts";

const { numRuns, seed: first } = runs(2000);
const seeds = Array.from({ length: numRuns }, (_, index) => first + index);

/** The first seed that fails, of so many. */
function findFailure(loops: Loops, most: number, message = /./): number | undefined {
  return seeds.slice(0, most).find((seed) => {
    const { broken } = runSchedule(scheduleOf(seed), loops);
    return broken !== null && message.test(broken.message);
  });
}

describe("schedules of faults on the whole system", { timeout: Math.max(300_000, numRuns * 60) }, () => {
  let failovers: readonly number[] = [];

  test("break no rule, and end in repair", () => {
    const outcomes = seeds.map((seed) => runSchedule(scheduleOf(seed)));
    failovers = outcomes.map((outcome) => outcome.failovers);
    const failing = outcomes.findIndex(({ broken }) => broken !== null);
    if (failing === -1) return;
    const schedule = shrink(scheduleOf(first + failing), LOOPS);
    const { broken, lines } = runSchedule(schedule, LOOPS, true);
    const story = timeline(lines.filter(isTelling));
    throw new Error(`Seed ${first + failing}: ${broken?.message}\n${describeSchedule(schedule)}\n${story}`);
  });

  test("reach failovers, and second ones", () => {
    expect(failovers.filter((count) => count >= 1).length).toBeGreaterThan(numRuns / 20);
    expect(failovers.filter((count) => count >= 2).length).toBeGreaterThan(numRuns / 100);
  });

  test("have faults of every kind", () => {
    const kinds = seeds.slice(0, 300).flatMap((seed) => scheduleOf(seed).faults.map(({ kind }) => kind));
    expect(new Set(kinds)).toEqual(new Set(FAULTS));
  });

  test("are the same run for the same seed, and another for another", () => {
    const some = seeds.slice(0, 30).map(scheduleOf);
    const once = some.map((schedule) => runSchedule(schedule).hash);
    expect(some.map((schedule) => runSchedule(schedule).hash)).toEqual(once);
    expect(new Set(once).size).toBe(once.length);
  });
});

describe("within 1,000 schedules it is found that a controller", () => {
  test.each(Object.entries(PLANTS))("%s", { timeout: 60_000 }, (_name, { loops, breaks }) => {
    const seed = findFailure(loops, 1000);
    expect(seed).toBeDefined();
    expect(breaks).toContain(runSchedule(scheduleOf(seed ?? 0), loops).broken?.rule);
  });
});

describe("a schedule that fails", () => {
  const { loops } = PLANTS["skip-fence"] ?? { loops: LOOPS };
  const failing = scheduleOf(findFailure(loops, 1000, /database-. and database-. are both writable/) ?? 0);
  const short = shrink(failing, loops);

  test("is made as short as it can be, always in the same way", () => {
    expect(shrink(failing, loops)).toEqual(short);
    expect(short.faults.length).toBeLessThan(failing.faults.length);
    for (const index of short.faults.keys()) {
      const without = { ...short, faults: short.faults.toSpliced(index, 1) };
      expect(runSchedule(without, loops).broken?.rule).not.toBe(runSchedule(short, loops).broken?.rule);
    }
  });

  test("is told as a time line", () => {
    const deaf = { atMs: 2000, kind: "node-lost-probes", target: 0, forMs: 900 } as const;
    const { lines, broken } = runSchedule(
      { ...PLAINEST, seed: 1, zones: 2, standbys: 1, faults: [deaf] },
      loops,
      true,
    );
    expect(broken).toEqual({
      rule: "split brain",
      message: "database-a and database-b are both writable.",
    });
    const told = timeline(lines.filter(({ part }) => !part.startsWith("api")).filter(isTelling));
    expect(told).toMatchInlineSnapshot(`
      "   0.000 s  <- database    start database-a
         0.195 s     database    runs database-a
         0.195 s  -> database    started database-a
         0.195 s  <- database    relax-sync database-a
         0.195 s  <- database    point-writer database-a
         0.195 s  <- database    rebuild database-b
         0.356 s  -> database    relaxed database-a
         0.401 s  -> database    probe-failed database-b
         0.801 s  -> database    probe-failed database-b
         1.201 s  -> database    probe-failed database-b
         1.273 s  -> database    rebuilt database-b
         1.273 s  <- database    start database-b
         1.383 s     database    runs database-b
         1.391 s  -> database    started database-b
         1.403 s  <- database    require-sync database-a
         1.677 s  -> database    in-sync database-b
         2.000 s  !! system      node-lost-probes 0 for 900 ms
         2.300 s  -> database    probe-failed database-a
         2.700 s  -> database    probe-failed database-a
         3.100 s  -> database    probe-failed database-a
         3.100 s  <- database    promote database-b
         3.251 s     database    takes writes database-b"
    `);
  });
});

describe("a service that crashes for a minute", () => {
  test("is not started more often than the backoff allows", () => {
    const crashing = { atMs: 0, kind: "replica-crash-loop", target: 0, forMs: 60_000 } as const;
    const { broken, lines } = runSchedule(
      { ...PLAINEST, seed: 1, desired: 2, faults: [crashing] },
      LOOPS,
      true,
    );
    expect(broken).toBeNull();
    const starts = lines.filter(
      ({ kind, part, text }) => kind === "action" && part === "api" && text.startsWith("start"),
    );
    // At most one wave of two every two seconds, after those before the longest wait is reached.
    expect(starts.length).toBeLessThan(2 * (60 / 2 + 8));
  });
});
