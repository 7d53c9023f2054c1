import { type RandomStream, streamOf } from "../kernel/random.ts";
import { FAULTS, type Fault, type FaultKind, type Schedule } from "./schedule.ts";

const FAULTS_WITHIN_MS = 10_000;
const LONGEST_FAULT_MS = 5000;
const MOST_FAULTS = 16;

/**
 * The schedule of a seed. Each draws for itself which kinds of faults it has, and how many: schedules with everything
 * at once rarely get far enough for what needs two particular faults in a row.
 */
export function scheduleOf(seed: number): Schedule {
  const random = streamOf(seed, "schedule");
  const zones = random.between(1, 3);
  const kinds = kindsOf(random);
  // Often the same parts are hit again and again: what two faults in a row on one part need is rare otherwise.
  const targets = Array.from({ length: random.pick([2, 4, 20]) }, () => random.between(0, 11));
  const count = random.between(2, MOST_FAULTS);
  return {
    seed,
    zones,
    // A deployment to no replicas completes at once, whatever the version is.
    desired: kinds.includes("operator-deploy") ? random.between(1, 6) : random.between(0, 6),
    minimumHealthyPercent: random.pick([0, 50, 67, 100, 100]),
    maximumPercent: random.pick([100, 125, 150, 200, 200, 400]),
    rounding: random.pick(["ecs", "ecs", "kubernetes"]),
    minAvailable: random.pick([null, null, 0, 1, 2]),
    deployments: random.pick(["ecs", "ecs", "kubernetes", "instance-refresh"]),
    autoscaler: random.pick(["none", "none", "target-tracking", "steps", "pods"]),
    standbys: random.chance(80) ? 1 : 0,
    cacheNodes: random.pick([0, 1, 2, 2, 3]),
    cacheFailsOver: random.chance(80),
    deepChecks: random.chance(30),
    outOfBand: random.chance(60),
    lostCommands: random.pick([0, 0, 10, 30]),
    lostChecks: random.pick([0, 0, 0, 10]),
    faults: timesOf(random, count).map((atMs) => faultOf(random, kinds, targets, atMs)),
  };
}

/** All kinds, or most of those that befall one, two or three sorts of parts: replicas, nodes, zones and so on. */
function kindsOf(random: RandomStream): readonly FaultKind[] {
  if (random.chance(15)) return FAULTS;
  const chosen = new Set(Array.from({ length: random.between(1, 3) }, () => sortOf(random.pick(FAULTS))));
  const kinds = FAULTS.filter((kind) => chosen.has(sortOf(kind)) && random.chance(70));
  return kinds.length > 0 ? kinds : [random.pick(FAULTS)];
}

function sortOf(kind: FaultKind): string {
  return kind.split("-", 1)[0] ?? "";
}

/** Spread over the whole time, or in bursts: the next one while the last one is being repaired. */
function timesOf(random: RandomStream, count: number): readonly number[] {
  const burst = random.pick([0, 300, 1500]);
  let last = random.between(0, FAULTS_WITHIN_MS / 2);
  const times = Array.from({ length: count }, () => {
    last =
      burst > 0 && random.chance(75) ? last + random.between(0, burst) : random.between(0, FAULTS_WITHIN_MS);
    return last;
  });
  return times.sort((a, b) => a - b);
}

function faultOf(
  random: RandomStream,
  kinds: readonly FaultKind[],
  targets: readonly number[],
  atMs: number,
): Fault {
  let kind = random.pick(kinds);
  // After it there is little left to try.
  if (kind === "operator-stop" && random.chance(80)) kind = random.pick(kinds);
  const longest = random.chance(60) ? LONGEST_FAULT_MS : LONGEST_FAULT_MS / 8;
  return { atMs, kind, target: random.pick(targets), forMs: random.between(1, longest) };
}
