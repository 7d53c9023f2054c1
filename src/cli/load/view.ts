import type { LoadResult, Second } from "#load/generator.ts";
import type { Times } from "#load/times.ts";
import { table } from "../output.ts";
import { style } from "../style.ts";

/** How a second went, in one line. */
export function secondLine({ second, succeeded, failed, latency, inFlight, waiting }: Second): string {
  const failures = failed === 0 ? "0 failed" : style.red(`${failed} failed`);
  const queue = waiting === 0 ? "" : style.yellow(`  ${waiting} waiting`);
  return `${String(second).padStart(5)}s  ${String(succeeded).padStart(6)}/s  p50 ${inMs(latency.p50)}  p99 ${inMs(latency.p99)}  ${failures}  ${inFlight} in flight${queue}`;
}

/** What a load has come to, as a table, with what is to be known when it is read. */
export function renderLoad(result: LoadResult, limits: readonly string[]): string {
  const { asked, succeeded, failed, answered, elapsedSeconds, latency, service } = result;
  const columns = ["p50", "p90", "p95", "p99", "p999", "max"] as const;
  const row = (name: string, times: Times) => [name, ...columns.map((column) => inMs(times[column]))];
  const outcomes = Object.entries(answered).map(([what, count]) => `${what}: ${count}`);
  const lines = [
    `${asked} requests in ${elapsedSeconds.toFixed(1)} s: ${style.bold(`${(succeeded / elapsedSeconds).toFixed(1)}/s`)} succeeded, ${failed === 0 ? "0 failed" : style.red(`${failed} failed`)} (${outcomes.join(", ")})`,
    "",
    table(
      [
        ["", "p50", "p90", "p95", "p99", "p99.9", "max"].map((title) => style.dim(title.padStart(8))),
        row("from when it was due", latency),
        row("from when it was sent", service),
      ],
      "  ",
    ),
  ];
  if (limits.length > 0) lines.push("", ...limits.map((limit) => style.yellow(`! ${limit}`)));
  return lines.join("\n");
}

function inMs(milliseconds: number): string {
  const digits = milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0;
  return `${milliseconds.toFixed(digits)} ms`.padStart(8);
}
