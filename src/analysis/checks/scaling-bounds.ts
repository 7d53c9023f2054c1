import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { HPA_TOLERANCE } from "#aws/kubernetes.ts";
import { type Check, fails, type Found, judged, referencesTo } from "../finding.ts";
import { type Replicated, replicated } from "../parts.ts";
import { list, rounded, time } from "../words.ts";

type Policy = Replicated["scaling"][number];
type Named = readonly [name: string, service: Replicated];

/** Below this share four fifths of what is paid for are idle by design. */
const LEAST_TARGET = 20;
/** Above this share nothing is left for what comes while a new replica starts. */
const MOST_TARGET = 90;
/** What an average of a metric needs to show the last step. */
const SHORTEST_COOLDOWN = 60_000;
const LONGEST_COOLDOWN = 900_000;

/** Whether scaling can act at all, in both directions, and comes back to where it was. */
export const scalingBounds: Check = (architecture) =>
  replicated(architecture).flatMap((named) => [
    ...unused(named),
    ...targets(architecture, named),
    ...directions(named),
    ...oneWay(named),
    ...schedules(named),
    ...cooldowns(architecture, named),
  ]);

function at([name]: Named, policy: number, field: string): string {
  return `services.${name}.scaling.${policy}.${field}`;
}

/** A maximum that nothing raises the replicas to is a figure without effect. */
function unused([name, { replicas, scaling }]: Named): Finding[] {
  if (scaling.length > 0 || replicas.max <= replicas.desired) return [];
  return [
    fails(
      {
        check: "scaling-room",
        part: `services.${name}.scaling`,
        figure: replicas.desired,
        limit: replicas.max,
        unit: "count",
        says: `${name} may have ${replicas.max} replicas, and no policy adds one: it stays at ${replicas.desired}.`,
      },
      `Add a policy to services.${name}.scaling, or lower replicas.max to ${replicas.desired}.`,
    ),
  ];
}

/** How busy a replica can be at all, in per cent of what is declared: on Kubernetes limits may be above requests. */
function ceilingOf({ size, limits }: Replicated, metric: "cpu" | "memory"): number {
  return limits ? (100 * limits[metric]) / size[metric] : 100;
}

function targets({ compute }: ResolvedArchitecture, named: Named): Finding[] {
  const [name, service] = named;
  return service.scaling.flatMap((policy, index) => {
    if (policy.kind !== "target-tracking" || policy.metric === "requests-per-target") return [];
    const part = at(named, index, "target");
    const ceiling = ceilingOf(service, policy.metric);
    const acts = compute.kind === "eks" ? policy.target * (1 + HPA_TOLERANCE.value) : policy.target;
    const says = [
      `Scaling of ${name} keeps ${policy.metric} at ${policy.target} %, and acts above ${rounded(acts)} %.`,
      acts >= ceiling
        ? `A replica never gets above ${rounded(ceiling)} %: it never acts.`
        : policy.target > (MOST_TARGET * ceiling) / 100
          ? "What comes while a new replica starts finds nearly nothing left."
          : policy.target < LEAST_TARGET
            ? `${100 - policy.target} % of what is paid for is idle by design.`
            : "",
    ];
    const isSound =
      acts < ceiling && policy.target <= (MOST_TARGET * ceiling) / 100 && policy.target >= LEAST_TARGET;
    const found: Found = {
      check: "scaling-target",
      part,
      figure: policy.target,
      limit: policy.target < LEAST_TARGET ? LEAST_TARGET : MOST_TARGET,
      unit: "percent",
      says: says.join(" ").trim(),
      ...(compute.kind === "eks" ? { references: referencesTo(HPA_TOLERANCE) } : {}),
    };
    return [judged(isSound, found, `Track ${policy.metric} at 60 to 70 %.`, { [part]: 60 })];
  });
}

/** Adding when there is less to do, or removing when there is more, drives the metric further away. */
function directions(named: Named): Finding[] {
  const [name, { scaling }] = named;
  return scaling.flatMap((policy, index) => {
    if (policy.kind !== "step") return [];
    const part = at(named, index, "change");
    const adds = policy.change > 0;
    const found: Found = {
      check: "scaling-direction",
      part,
      figure: policy.change,
      unit: "count",
      says: `${policy.when === "above" ? "Above" : "Below"} ${policy.threshold} % of ${policy.metric}, scaling ${adds ? "adds to" : "removes from"} ${name}.`,
    };
    const isSound = adds === (policy.when === "above");
    return [judged(isSound, found, `Turn the sign of ${part}.`, { [part]: -policy.change })];
  });
}

/** Steps go one way: what a step has added, another one has to take away, by the same metric or by any other. */
function oneWay(named: Named): Finding[] {
  const [name, { scaling }] = named;
  const steps = scaling.filter((policy) => policy.kind === "step");
  if (steps.length === 0 || scaling.some(({ kind }) => kind === "target-tracking")) return [];
  const [adds, removes] = [steps.some(({ change }) => change > 0), steps.some(({ change }) => change < 0)];
  const found: Found = {
    check: "scaling-return",
    part: `services.${name}.scaling`,
    says:
      adds && removes
        ? `Scaling of ${name} adds replicas and removes them.`
        : adds
          ? `Scaling of ${name} adds replicas and never removes one: after the first busy day the most of them run for ever.`
          : `Scaling of ${name} removes replicas and never adds one.`,
  };
  return [judged(adds && removes, found, "Add a step for the other direction, or declare target tracking.")];
}

/** A scheduled bound stays until another schedule changes it. */
function schedules([name, { scaling, replicas }]: Named): Finding[] {
  const scheduled = scaling.filter((policy) => policy.kind === "scheduled");
  if (scheduled.length === 0) return [];
  const highest = Math.max(...scheduled.map(({ max }) => max));
  const found: Found = {
    check: "schedule-end",
    part: `services.${name}.scaling`,
    figure: highest,
    limit: replicas.max,
    unit: "count",
    says: `${list(scheduled.map((policy) => `${policy.name} (${policy.min} to ${policy.max})`))} ${scheduled.length > 1 ? "set" : "sets"} the bounds of ${name}.${highest < replicas.max ? ` Nothing raises them again to the ${replicas.max} that are declared: they end with the first schedule.` : ""}`,
  };
  return [judged(highest >= replicas.max, found, "Add a schedule that gives the bounds back.")];
}

function cooldowns({ compute }: ResolvedArchitecture, named: Named): Finding[] {
  const [name, { scaling }] = named;
  return scaling.flatMap((policy, index) =>
    waitsOf(policy, compute.kind === "eks").map(({ field, wait, adds }) => {
      const part = at(named, index, field);
      const isLong = adds && wait > LONGEST_COOLDOWN;
      const found: Found = {
        check: "scaling-cooldown",
        part,
        figure: wait,
        limit: isLong ? LONGEST_COOLDOWN : SHORTEST_COOLDOWN,
        unit: "milliseconds",
        says: `After a step of ${name} the next one waits ${time(wait)}.${wait < SHORTEST_COOLDOWN ? ` The metric is an average of a minute: scaling acts again before it shows what the last step did, and ${adds ? "adds too many" : "removes too many"}.` : isLong ? " A load that keeps rising has to wait as long." : ""}`,
      };
      const wanted = adds ? SHORTEST_COOLDOWN : 300_000;
      return judged(wait >= SHORTEST_COOLDOWN && !isLong, found, `Set ${part} to ${time(wanted)}.`, {
        [part]: wanted,
      });
    }),
  );
}

interface Wait {
  readonly field: string;
  readonly wait: number;
  readonly adds: boolean;
}

function waitsOf(policy: Policy, onPods: boolean): Wait[] {
  if (policy.kind === "step") return [{ field: "cooldown", wait: policy.cooldown, adds: policy.change > 0 }];
  if (policy.kind !== "target-tracking") return [];
  const back = { field: "cooldown.in", wait: policy.cooldown.in, adds: false };
  // The autoscaler of pods adds at once by default: its metrics are seconds old, not minutes.
  return onPods ? [back] : [{ field: "cooldown.out", wait: policy.cooldown.out, adds: true }, back];
}
