import type { Drill } from "#drills/drill.ts";
import type { Judged } from "#drills/judge.ts";
import { type DrillReport, spreadOf } from "#drills/report.ts";
import { ENTRY } from "#drills/round-targets.ts";
import type { RoundFigures } from "#drills/round.ts";
import type { Spread, Verdict } from "#model/evidence.ts";
import { formatDuration } from "#model/quantities/duration.ts";
import { table } from "../output.ts";
import { style } from "../style.ts";

export function renderDrills(drills: readonly Drill[]): string {
  return table(
    drills.map(({ name, says, ways }) => [
      style.bold(name),
      ways.length > 1 ? `${says} (--how ${ways.join(", ")})` : says,
    ]),
  );
}

/** One round in a line. */
export function roundLine({ way, targets, detectionMs, recoveryMs }: RoundFigures, number: number): string {
  const outages = targets.map(
    ({ target, outageMs, failed }) =>
      `${target} ${outageMs === null ? "did not recover" : inSeconds(outageMs)} (${failed} failed)`,
  );
  return `  round ${number + 1}, ${way}: ${outages.join(", ")}; detected after ${optional(detectionMs)}, all as it should be after ${optional(recoveryMs)}`;
}

/** What a drill has shown: figures, then what they say about what was promised. */
export function renderReport(report: DrillReport): string {
  const { drill, times, rounds, profile, substitutes, verdict, objectives } = report;
  const heading = `${style.bold(drill)}, ${times === 1 ? "once" : `${times} times`}, timing profile ${profile}: ${paint(verdict)}`;
  if (times === 0) return `${heading}\n\n  It was ended before a round was whole; nothing is left broken.`;
  const figures = [
    ["", "min", "median", "max"].map((title) => style.dim(title.padStart(8))),
    ...outageRows(rounds),
    row("detected by the twin", report.detectionMs),
    row("all as it should be", report.recoveryMs),
  ];
  const counts = `${report.failedRequests} requests failed, ${report.lost} acknowledged writes lost, ${report.unacknowledged} written without acknowledgement`;
  return [
    heading,
    "",
    table(figures, "  "),
    "",
    `  ${counts}`,
    ...errors(rounds).map((line) => style.dim(`  ${line}`)),
    ...own(rounds),
    "",
    ...(objectives.length === 0
      ? ["  The architecture promises nothing about this."]
      : objectives.map(objectiveLine)),
    ...leftovers(rounds),
    style.dim(
      `  Seen on this machine, with ${substitutes.length} substitutes for what AWS runs; \`plumbline status\` names them.`,
    ),
  ].join("\n");
}

/** For each kind of client and each way of breaking it. */
function outageRows(rounds: readonly RoundFigures[]): string[][] {
  const keys = new Map<string, (number | null)[]>();
  const hasWays = new Set(rounds.map(({ way }) => way)).size > 1;
  for (const { way, targets } of rounds)
    for (const { target, outageMs } of targets) {
      const clients = target === ENTRY ? "clients of the load balancer" : `clients of ${target}`;
      const key = `outage for ${clients}${hasWays ? `, ${way}` : ""}`;
      keys.set(key, [...(keys.get(key) ?? []), outageMs]);
    }
  return [...keys].map(([name, outages]) => {
    const never = outages.filter((outage) => outage === null).length;
    return [...row(name, spreadOf(outages)), ...(never > 0 ? [style.red(`${never} did not recover`)] : [])];
  });
}

/** The most frequent reasons for which requests failed. */
function errors(rounds: readonly RoundFigures[]): string[] {
  const found = rounds.flatMap(({ targets }) =>
    targets.flatMap(({ target, errors: [first] }) =>
      first ? [`${target}: ${first.replace(/ \(\d+\)$/, "")}`] : [],
    ),
  );
  return [...new Set(found)].slice(0, 4);
}

function own(rounds: readonly RoundFigures[]): string[] {
  const names = [...new Set(rounds.flatMap(({ figures }) => Object.keys(figures)))];
  return names.map((name) => {
    const values = rounds.map(({ figures }) => figures[name]).filter((value) => value !== undefined);
    return `  ${name}: ${values.map((value) => (value === null ? "never" : String(Math.round(value)))).join(", ")}`;
  });
}

function objectiveLine({ id, kind, withinMs, measuredMs, verdict, claim }: Judged): string {
  const what = {
    recovery: `serves again within ${formatDuration(withinMs)}`,
    continuity: "goes on serving, with an answer in every second",
    "data-loss": `loses at most the last ${formatDuration(withinMs)}`,
  }[kind];
  const words = claim === null ? "" : style.dim(`  "${claim}"`);
  const measured =
    measuredMs !== null
      ? `measured ${inSeconds(measuredMs)}`
      : verdict === "inconclusive"
        ? "nothing was measured"
        : "it never did";
  return `  ${paint(verdict)}  ${id ?? (kind === "recovery" ? "rto" : "rpo")}: ${what}; ${measured}${words}`;
}

function leftovers(rounds: readonly RoundFigures[]): string[] {
  const left = rounds.flatMap((round) => round.left);
  return left.length === 0
    ? []
    : [style.red(`  Left other than it should be: ${left.join(", ")}. See \`plumbline status\`.`)];
}

function row(name: string, spread: Spread | null): string[] {
  const cells = spread === null ? ["-", "-", "-"] : [spread.min, spread.median, spread.max].map(inSeconds);
  return [name, ...cells.map((cell) => cell.padStart(8))];
}

function paint(verdict: Verdict): string {
  return { holds: style.green, fails: style.red, inconclusive: style.yellow }[verdict](verdict);
}

function optional(milliseconds: number | null): string {
  return milliseconds === null ? "-" : inSeconds(milliseconds);
}

function inSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 100_000 ? 2 : 0)} s`;
}
