import type { Finding } from "#model/evidence.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { LONGEST_DEREGISTRATION, LONGEST_TASK_STOP } from "#aws/stopping.ts";
import { type Check, type Found, judged, referencesTo } from "../finding.ts";
import { replicated, webs } from "../parts.ts";
import { time } from "../words.ts";

/** What a request that has begun needs at the least to end. */
const SHORTEST_DRAIN = 5000;

/** Whether what a replica has begun is finished before it is gone. */
export const stopping: Check = (architecture) => [
  ...deregistration(architecture),
  ...replicated(architecture).map(([name, { stopTimeout }]) => stop(architecture, name, stopTimeout)),
];

function deregistration(architecture: ResolvedArchitecture): Finding[] {
  const { deregistrationDelay: delay, routes } = architecture.entry.loadBalancer;
  if (!webs(architecture).some(([name]) => routes.some(({ to }) => to === name))) return [];
  const longest = LONGEST_DEREGISTRATION.value;
  const part = "entry.loadBalancer.deregistrationDelay";
  const isShort = delay < SHORTEST_DRAIN;
  const found: Found = {
    check: "deregistration",
    part,
    figure: delay,
    limit: isShort ? SHORTEST_DRAIN : longest,
    unit: "milliseconds",
    says: `A target that leaves may finish what it has begun for ${time(delay)}.${isShort ? " Requests that are under way are cut off, with every deployment and every scale-in." : delay > longest ? ` AWS takes ${time(longest)} at the most.` : ""}`,
    references: referencesTo(LONGEST_DEREGISTRATION),
  };
  return [judged(!isShort && delay <= longest, found, `Set ${part} to 30 s.`, { [part]: 30_000 })];
}

function stop({ compute }: ResolvedArchitecture, name: string, figure: number): Finding {
  const longest = compute.kind === "ecs-fargate" ? LONGEST_TASK_STOP.value : Infinity;
  const part = `services.${name}.stopTimeout`;
  const found: Found = {
    check: "stop-time",
    part,
    figure,
    ...(figure > longest ? { limit: longest } : {}),
    unit: "milliseconds",
    says: `A replica of ${name} has ${time(figure)} from SIGTERM to its end.${figure < 1000 ? " It is killed in the middle of what it does." : figure > longest ? ` Fargate gives it ${time(longest)} at the most.` : ""}`,
    references: compute.kind === "ecs-fargate" ? referencesTo(LONGEST_TASK_STOP) : [],
  };
  const wanted = figure > longest ? longest : 30_000;
  return judged(figure >= 1000 && figure <= longest, found, `Set ${part} to ${time(wanted)}.`, {
    [part]: wanted,
  });
}
