/**
 * Tries schedules of faults on the whole system: `npm run test:schedules -- --count 100000 --seed 1`. The first seed that
 * fails is made shorter, printed as a time line, and ends the run with exit code 1.
 */
import { parseArgs } from "node:util";
import { scheduleOf } from "../system/generate.ts";
import type { Schedule } from "../system/schedule.ts";
import { LOOPS, type Loops } from "../system/system.ts";
import { PLANTS } from "./plants.ts";
import { runSchedule } from "./run.ts";
import { shrink } from "./shrink.ts";
import { describeSchedule, isTelling, timeline } from "./timeline.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "100000" },
    replay: { type: "string" },
    plant: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const HELP = `Tries schedules of faults on a simulated system.

  --count N      how many schedules (100000)
  --seed N       the seed of the first; each has the next number (1)
  --replay SEED  runs one schedule and prints all that happens; one that fails in its shortest form
  --plant BUG    with a bug planted in a controller, to see that it is found:
${Object.entries(PLANTS)
  .map(([name, { says }]) => `                   ${name.padEnd(16)} ${says}`)
  .join("\n")}`;

process.exitCode = main();

function main(): number {
  if (values.help) return say(HELP, 0);
  const plant = values.plant === undefined ? undefined : PLANTS[values.plant];
  if (values.plant !== undefined && plant === undefined)
    return say(`There is no bug ${values.plant} to plant. There are: ${Object.keys(PLANTS).join(", ")}.`, 2);
  const numbers = [values.seed, values.count, values.replay ?? "1"];
  const wrong = numbers.find((text) => !/^\d{1,15}$/.test(text));
  if (wrong !== undefined) return say(`${wrong} is no whole number.`, 2);
  const loops = plant?.loops ?? LOOPS;
  if (values.replay !== undefined) return replay(Number(values.replay), loops);
  return explore(Number(values.seed), Number(values.count), loops);
}

function explore(first: number, count: number, loops: Loops): number {
  const begun = performance.now();
  const sums = { events: 0, virtualMs: 0, failovers: 0 };
  for (let tried = 0; tried < count; tried += 1) {
    const { broken, events, virtualMs, failovers } = runSchedule(scheduleOf(first + tried), loops);
    if (broken !== null) return report(first + tried, loops);
    sums.events += events;
    sums.virtualMs += virtualMs;
    sums.failovers += failovers;
    if ((tried + 1) % 1000 === 0) say(progress(tried + 1, count, begun), 0);
  }
  const hours = Math.round(sums.virtualMs / 3_600_000);
  return say(
    `${count} schedules hold: ${sums.events.toLocaleString("en")} events in ${hours} hours of virtual time, ` +
      `${sums.failovers.toLocaleString("en")} failovers, ${elapsed(begun).toFixed(0)} s.`,
    0,
  );
}

function progress(tried: number, count: number, begun: number): string {
  const each = elapsed(begun) / tried;
  const left = Math.round(each * (count - tried));
  return `${tried} of ${count} schedules, ${(each * 1000).toFixed(2)} ms each, ${left} s left`;
}

/** A seed that fails, as the shortest schedule that fails in the same way. */
function report(seed: number, loops: Loops): number {
  const [schedule, { broken, lines }] = shortest(scheduleOf(seed), loops);
  say(`Seed ${seed} fails (${broken?.rule}): ${broken?.message}\n`, 1);
  say(`${describeSchedule(schedule)}\n${timeline(lines.filter(isTelling))}\n`, 1);
  const planted = values.plant === undefined ? "" : ` --plant ${values.plant}`;
  return say(`All that happens: npm run test:schedules -- --replay ${seed}${planted}`, 1);
}

function replay(seed: number, loops: Loops): number {
  const schedule = scheduleOf(seed);
  const fails = runSchedule(schedule, loops).broken !== null;
  const [shown, { broken, lines, hash }] = fails
    ? shortest(schedule, loops)
    : [schedule, runSchedule(schedule, loops, true)];
  say(`${describeSchedule(shown)}\n${timeline(lines)}\n`, 0);
  if (broken === null) return say(`The schedule holds. Trace ${hash}.`, 0);
  return say(`It fails (${broken.rule}): ${broken.message} Trace ${hash}.`, 1);
}

function shortest(schedule: Schedule, loops: Loops): readonly [Schedule, ReturnType<typeof runSchedule>] {
  const short = shrink(schedule, loops);
  return [short, runSchedule(short, loops, true)];
}

function elapsed(begun: number): number {
  return (performance.now() - begun) / 1000;
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}
