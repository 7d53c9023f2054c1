import type { ResolvedArchitecture } from "#model/architecture.ts";
import {
  INSTANCE_TYPES_SOURCE,
  type InstanceType,
  instanceType,
} from "#aws/instance-types/instance-types.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { smallestOf } from "../node-capacity.ts";
import { objectivesOf, replicated, steadyGroups, webs } from "../parts.ts";
import { gbps, list } from "../words.ts";

/** Whether the machines keep up what is promised for long: the baseline of their network counts, and no burst. */
export const networkRate: Check = (architecture) =>
  objectivesOf(architecture, "data-flow").map(({ id, of, atLeast }) => {
    const machines = machinesOf(architecture);
    const found = {
      check: "network-rate",
      part: `objectives.${id}`,
      limit: Math.round(atLeast),
      unit: "bytes-per-second" as const,
      references: referencesTo(INSTANCE_TYPES_SOURCE),
    };
    if (machines === null)
      return inconclusive(
        {
          ...found,
          says: `${gbps(atLeast)} are promised for long. What network the machines of ${architecture.compute.kind} have is not known here.`,
        },
        "Measure it under load.",
      );
    // What is uploaded goes through every service on its way to whoever keeps it.
    const hops = of === "uploads" ? hopsOf(architecture) : 1;
    const all = machines.reduce((sum, { type, nodes }) => sum + type.network * nodes, 0);
    const figure = Math.round(all / hops);
    const each = list(
      machines.map(({ type, nodes }) => `${nodes} × ${type.name} with ${gbps(type.network)} each`),
    );
    const judged: Found = {
      ...found,
      figure,
      says: `${gbps(atLeast)} are promised for long. At the desired scale there are ${each}, with the load evenly spread${hops > 1 ? `, and an upload goes through ${hops} services on its way` : ""}: ${gbps(figure)}. More than their baseline they have for minutes only, on credits.`,
    };
    if (figure >= atLeast) return holds(judged);
    return fails(
      judged,
      `Take machines with a larger baseline, or more of them at all times; or promise ${gbps(figure)}.`,
    );
  });

interface Machines {
  readonly type: InstanceType;
  readonly nodes: number;
}

/** What the replicas run on at the desired scale, by the smallest type of each group; null where it is not known. */
function machinesOf(architecture: ResolvedArchitecture): Machines[] | null {
  const { compute } = architecture;
  if (compute.kind === "ecs-fargate") return null;
  if (compute.kind === "ec2-auto-scaling") {
    const type = instanceType(compute.instanceType);
    const nodes = replicated(architecture).reduce((sum, [, { replicas }]) => sum + replicas.desired, 0);
    return type ? [{ type, nodes }] : null;
  }
  const groups = steadyGroups(compute).map(([, { instanceTypes, desired }]) => ({
    type: smallestOf(instanceTypes, ({ network }) => network),
    nodes: desired,
  }));
  const known = groups.flatMap(({ type, nodes }) => (type ? [{ type, nodes }] : []));
  return known.length === groups.length ? known : null;
}

/** Replicas that an upload goes through, from the load balancer to whoever keeps it. */
function hopsOf(architecture: ResolvedArchitecture): number {
  const names = new Set(webs(architecture).map(([name]) => name));
  const length = (name: string, seen: readonly string[]): number => {
    const next = (architecture.services[name]?.uses ?? []).filter(
      (each) => names.has(each) && !seen.includes(each),
    );
    return 1 + Math.max(0, ...next.map((each) => length(each, [...seen, name])));
  };
  const first = architecture.entry.loadBalancer.routes.flatMap(({ to }) => to ?? []);
  return Math.max(1, ...first.map((name) => length(name, [])));
}
