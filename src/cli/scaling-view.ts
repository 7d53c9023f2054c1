import type { ScalingStatus } from "#twin/status.ts";
import { formatUptime, table } from "./output.ts";
import { style } from "./style.ts";

/** A row for each service that is scaled: its number, what it is scaled by, and what scaling did last. */
export function scalingRows(
  scaling: readonly ScalingStatus[],
  now: Date,
): [string, string, string, string][] {
  return scaling.map(({ service, desired, min, max, boundsBy, metrics, lastActivity }) => [
    service,
    `${desired} of ${min} to ${max}${boundsBy === null ? "" : ` (${boundsBy})`}`,
    metrics.map(metricText).join(", "),
    lastActivity ? activityText(lastActivity, now) : "",
  ]);
}

export function renderScaling(scaling: readonly ScalingStatus[], now = new Date()): string | null {
  if (scaling.length === 0) return null;
  const rows = scalingRows(scaling, now).map(([service, count, metrics, activity]) => [
    service,
    count,
    metrics,
    style.dim(activity),
  ]);
  return `\n  ${style.bold("scaling")}\n${table(rows, "    ")}`;
}

function metricText({ metric, value, target, above, below }: ScalingStatus["metrics"][number]): string {
  const unit = metric === "requests-per-target" ? " requests/min" : " %";
  const now = value === null ? "not known yet" : `${Math.round(value)}${unit}`;
  if (target !== null) return `${metric} ${now} of ${target}${unit}`;
  const [when, threshold] = above === null ? ["below", below] : ["above", above];
  return `${metric} ${now}, acts ${when} ${threshold}${unit}`;
}

function activityText(
  { at, from, to, cause }: NonNullable<ScalingStatus["lastActivity"]>,
  now: Date,
): string {
  const ago = formatUptime(Math.max(0, (now.getTime() - Date.parse(at)) / 1000));
  return `${from} to ${to} ${ago} ago: ${cause}`;
}
