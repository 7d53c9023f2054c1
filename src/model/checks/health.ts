import { entriesOf, placesAt } from "../data.ts";
import { formatPath, type Problem } from "../problems.ts";
import { formatDuration } from "../quantities/duration.ts";
import { Probe, TargetHealth } from "../services.ts";
import { type Check, slice } from "./check.ts";

/** A probe's time-out ends before the next probe begins, as the load balancer demands. */
export const checkHealth: Check = (architecture) => {
  const targets = entriesOf(architecture["services"]).map(
    ([name, service]) =>
      [["services", name], slice({ targetHealth: TargetHealth }, service)?.targetHealth] as const,
  );
  const probes = placesAt(architecture, ["services", "*", "probes", "*"]).map(
    ([path, probe]) => [path, Probe.safeParse(probe).data] as const,
  );
  return [
    ...targets.flatMap(([path, health]) => timeoutWithin([...path, "targetHealth"], health)),
    ...probes.flatMap(([path, probe]) => timeoutWithin(path, probe)),
  ];
};

function timeoutWithin(path: readonly string[], probe?: { interval: number; timeout: number }): Problem[] {
  if (!probe || probe.timeout < probe.interval) return [];
  const [timeout, interval] = [formatDuration(probe.timeout), formatDuration(probe.interval)];
  return [
    {
      code: "TIMEOUT_OVER_INTERVAL",
      path: formatPath([...path, "timeout"]),
      message: `a probe may take ${timeout}, but the next one starts after ${interval}`,
      remedy: `Make the time-out shorter than ${interval}, or the interval longer than ${timeout}.`,
    },
  ];
}
