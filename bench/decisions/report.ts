import type { CacheFigures } from "./cache.ts";
import type { Durability } from "./durability.ts";
import type { Times } from "#load/times.ts";
import type { PeerFigures } from "./peers.ts";
import type { LoadRun } from "./run-load.ts";
import type { Saturation } from "./saturation.ts";
import type { Spread } from "../spread.ts";

/** Of a millisecond and of the generator's processor: above it, what was measured is the generator as well. */
const LATE_MS = 5;
const BUSY = 0.7;
const INDENT = "".padEnd(20);

export function printRun({ load, perSecond, share }: LoadRun, title: string): void {
  const { 200: _decided, ...others } = load.answered;
  const refused = Object.entries(others).map(([what, count]) => `, ${count} ${what}`);
  console.log(
    `${title.padEnd(20)}${Math.round(perSecond)}/s for ${load.elapsedSeconds.toFixed(0)} s   ${inWords(load.latency)}${refused.join("")}`,
  );
  console.log(
    `${INDENT}processors ${percent(share.parts)} busy with it, ${percent(share.others)} with other things`,
  );
  if (load.lag.p99 > LATE_MS || load.cpuShare > BUSY) {
    console.log(
      `${INDENT}the generator was late by ${ms(load.lag.p99)} at p99 (${percent(load.cpuShare)} of a processor): it was itself a limit`,
    );
  }
}

export function printSaturation({ decisions, inserts, insertsBy, ratio, run }: Saturation): void {
  console.log(`${"saturated".padEnd(20)}${range(decisions)} decisions/s   ${inWords(run.load.latency)}`);
  console.log(
    `${INDENT}${range(inserts)} inserts/s by ${insertsBy}, 16 clients, one row each: decisions are ${ratio.median.toFixed(2)} of it (${ratio.min.toFixed(2)}..${ratio.max.toFixed(2)})`,
  );
}

/** Where the time of the processors goes. */
export function printCosts(runs: Readonly<Record<string, LoadRun>>): void {
  const [first] = Object.values(runs);
  const row = (name: string, of: (run: LoadRun) => number) =>
    console.log(
      `  ${name.padEnd(22)}${Object.values(runs)
        .map((run) => of(run).toFixed(1).padStart(12))
        .join("")}`,
    );
  console.log(`\nus of processor time for each decision, while decisions come at`);
  console.log(
    `${"".padEnd(24)}${Object.keys(runs)
      .map((title) => title.padStart(12))
      .join("")}`,
  );
  for (const part of Object.keys(first!.cpu)) row(part, ({ cpu }) => cpu[part]!);
  row("all", ({ cpu }) => Object.values(cpu).reduce((sum, each) => sum + each, 0));
}

export function printDurability({ acknowledged, stored, replicated, lost, withResults }: Durability): void {
  console.log(
    `\n${acknowledged} acknowledged, ${stored} in the primary, ${replicated} in the standby: ${lost} lost; in ${percent(withResults / stored)} of them a rule was a hit or had no answer`,
  );
}

export function printCache({ operationsPerSecond, averageMs }: CacheFigures): void {
  console.log(
    `cache: ${Math.round(operationsPerSecond)} operations/s, ${averageMs.toFixed(2)} ms on average`,
  );
}

export function printPeers(peers: readonly PeerFigures[]): void {
  console.log(
    `\n${"one process each".padEnd(30)}decisions/s (min..max)   us of CPU each       ours is more by`,
  );
  for (const [index, { name, perSecond, cpu, ratio }] of peers.entries()) {
    const more =
      index === 0 ? "" : `${times(ratio.median)} (${times(ratio.min)}..${times(ratio.max)})`.padStart(22);
    console.log(`${name.padEnd(30)}${range(perSecond).padStart(22)}${cpu.toFixed(0).padStart(17)}${more}`);
  }
}

function range({ median, min, max }: Spread): string {
  return `${Math.round(median)} (${Math.round(min)}..${Math.round(max)})`;
}

function inWords({ p50, p95, p99, max }: Times): string {
  return `p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}`;
}

function ms(milliseconds: number): string {
  return `${milliseconds < 100 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)}x`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
