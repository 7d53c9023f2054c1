import type { Schedule } from "../system/schedule.ts";
import type { TraceLine } from "../system/trace.ts";

/** One line for the system, one for what is unusual about it. */
export function describeSchedule(schedule: Schedule): string {
  const { zones, desired, standbys, cacheNodes, faults } = schedule;
  const database = standbys === 0 ? "a database without a standby" : "a database with a standby";
  const cache =
    cacheNodes === 0 ? "no cache" : `a cache of ${cacheNodes} (fails over: ${schedule.cacheFailsOver})`;
  return [
    `seed ${schedule.seed}: ${zones} zone(s), ${desired} replica(s), ${database}, ${cache}, ${faults.length} fault(s)`,
    `healthy ${schedule.minimumHealthyPercent}-${schedule.maximumPercent} %, deep checks: ${schedule.deepChecks}, ` +
      `out of band: ${schedule.outOfBand}, lost: ${schedule.lostCommands} % of commands, ${schedule.lostChecks} % of checks`,
  ].join("\n");
}

/** What happened, a line each: seconds, who, what. */
export function timeline(lines: readonly TraceLine[]): string {
  return lines
    .map(({ at, kind, part, text }) => `${seconds(at)}  ${SIGNS[kind]} ${part.padEnd(11)} ${text}`)
    .join("\n");
}

/** What tells the story: faults, decisions and what came of them, without probes and what was said again. */
export function isTelling({ kind, text }: TraceLine): boolean {
  if (kind === "event")
    return !/^(passed|failed|probe-ok|streaming|lost-streaming|register|remove)\b/.test(text);
  return !(kind === "action" && /^probe\b/.test(text));
}

const SIGNS = { fault: "!!", event: "->", action: "<-", world: "  " } as const;

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3).padStart(8)} s`;
}
