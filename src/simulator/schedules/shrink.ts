import type { Fault, Schedule } from "../system/schedule.ts";
import type { Loops } from "../system/system.ts";
import { runSchedule } from "./run.ts";

/** More runs than this are not spent on making one schedule shorter. */
const MOST_RUNS = 3000;

/**
 * The shortest schedule that breaks the same rule: without the faults that it does not need, then with a smaller
 * system, then with earlier and shorter faults. Greedy and deterministic: the same schedule is shrunk to the same one.
 */
export function shrink(failing: Schedule, loops: Loops): Schedule {
  const rule = runSchedule(failing, loops).broken?.rule;
  let runs = 0;
  const stillFails = (candidate: Schedule): boolean => {
    runs += 1;
    return runSchedule(candidate, loops).broken?.rule === rule;
  };
  let best = failing;
  for (;;) {
    const shorter = firstThat(candidates(best), (candidate) => runs < MOST_RUNS && stillFails(candidate));
    if (shorter === undefined) return best;
    best = shorter;
  }
}

/** Shorter schedules, those that leave out most first. */
function* candidates(schedule: Schedule): Generator<Schedule> {
  const { faults } = schedule;
  for (let size = faults.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at + size <= faults.length; at += size)
      yield { ...schedule, faults: faults.toSpliced(at, size) };
  }
  yield* simplerSystems(schedule);
  for (const [index, fault] of faults.entries()) {
    for (const simpler of simplerFaults(fault))
      yield { ...schedule, faults: faults.with(index, simpler).sort((a, b) => a.atMs - b.atMs) };
  }
}

function* simplerSystems(schedule: Schedule): Generator<Schedule> {
  for (const [field, plain] of Object.entries(PLAINEST)) {
    const now = schedule[field as keyof typeof PLAINEST];
    if (now === plain) continue;
    yield { ...schedule, [field]: plain };
    if (typeof now === "number" && typeof plain === "number" && now > plain + 1)
      yield { ...schedule, [field]: now - 1 };
  }
}

/** What is easiest to think about. */
export const PLAINEST = {
  zones: 1,
  desired: 1,
  rounding: "ecs",
  minAvailable: null,
  deployments: "ecs",
  autoscaler: "none",
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  standbys: 0,
  cacheNodes: 0,
  cacheFailsOver: true,
  deepChecks: false,
  outOfBand: true,
  lostCommands: 0,
  lostChecks: 0,
} as const satisfies Partial<Schedule>;

/** Round numbers and small ones: a fault that comes at 2 s for 500 ms is read more easily than one at 1.837 s for 612 ms. */
function* simplerFaults(fault: Fault): Generator<Fault> {
  for (let target = 0; target < fault.target; target += 1) yield { ...fault, target };
  for (const forMs of smaller(fault.forMs, 1)) yield { ...fault, forMs };
  for (const atMs of smaller(fault.atMs, 0)) yield { ...fault, atMs };
}

function* smaller(value: number, least: number): Generator<number> {
  if (value > least) yield least;
  for (const grain of [1000, 500, 100, 10]) {
    const rounded = Math.floor(value / grain) * grain;
    if (rounded > least && rounded < value) yield rounded;
    if (rounded === value && value - grain > least) yield value - grain;
  }
}

function firstThat<Item>(items: Iterable<Item>, holds: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (holds(item)) return item;
  return undefined;
}
