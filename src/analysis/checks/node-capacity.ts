import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { INSTANCE_TYPES_SOURCE, type InstanceType } from "#aws/instance-types/instance-types.ts";
import { NODE_RESERVED, POD_ADDRESSES } from "#aws/kubernetes.ts";
import { type Check, fails, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import {
  allocatable,
  podsOfCluster,
  podsOfEachNode,
  podsOn,
  smallestOf,
  wantedBy,
} from "../node-capacity.ts";
import { type Eks, mostNodes, steadyGroups } from "../parts.ts";
import { count, gib, grouped, rounded } from "../words.ts";

/** Whether the nodes hold the pods: at the greatest scale on as many nodes as there may be, and at the least on the fewest. */
export const nodeCapacity: Check = (architecture) => {
  const { compute } = architecture;
  if (compute.kind !== "eks") return [];
  const groups = steadyGroups(compute);
  const least = groups.reduce((sum, [, { min }]) => sum + min, 0);
  // Without the autoscaler nobody adds a node.
  const most = Math.min(
    groups.reduce((sum, [, { max, desired }]) => sum + (compute.clusterAutoscaler ? max : desired), 0),
    mostNodes(compute),
  );
  return [
    ...fit(architecture, compute, { nodes: most, replicas: "max", scale: "At the greatest scale" }),
    ...(least > 0
      ? fit(architecture, compute, { nodes: least, replicas: "min", scale: "Scaled in as far as it goes" })
      : []),
  ];
};

interface Scale {
  readonly nodes: number;
  readonly replicas: "min" | "max";
  readonly scale: string;
}

/** The least that any type of the steady groups gives: what the autoscaler is counted on to add at any time. */
function smallest(compute: Eks, size: (type: InstanceType) => number): InstanceType | null {
  return smallestOf(
    steadyGroups(compute).flatMap(([, { instanceTypes }]) => instanceTypes),
    size,
  );
}

function fit(architecture: ResolvedArchitecture, compute: Eks, { nodes, replicas, scale }: Scale): Finding[] {
  const wanted = wantedBy(architecture, (each) => each[replicas]);
  const everywhere = podsOfEachNode(architecture).length;
  const pods = wanted.pods + podsOfCluster(architecture);
  const byPods = smallest(compute, podsOn);
  const part = `compute.nodeGroups`;
  const check = replicas === "max" ? "node-capacity" : "node-capacity-least";
  // Without one steady node there is nothing to count on, which is another check's finding.
  if (steadyGroups(compute).length === 0) return [];
  if (byPods === null)
    return [
      inconclusive(
        {
          check,
          part,
          says: `What ${steadyGroups(compute)
            .flatMap(([, group]) => group.instanceTypes)
            .join(", ")} hold is not known here.`,
        },
        "Look the instance types up, or take known ones.",
      ),
    ];
  const places = nodes * Math.max(0, podsOn(byPods) - everywhere);
  const asked = { check: `${check === "node-capacity" ? "pods" : "pods-least"}-per-node`, part };
  const byCpu = smallest(compute, (type) => allocatable(type).cpu) ?? byPods;
  const byMemory = smallest(compute, (type) => allocatable(type).memory) ?? byPods;
  const cpu = nodes * allocatable(byCpu).cpu;
  const memory = nodes * allocatable(byMemory).memory;
  const set = moreNodes(
    compute,
    replicas,
    nodes,
    Math.max(pods / places, wanted.cpu / cpu, wanted.memory / memory),
  );
  return [
    judged(pods <= places, set, replicas, {
      ...asked,
      figure: pods,
      limit: places,
      unit: "count",
      says: `${scale}, ${count(pods, "pod")} of services and of the cluster are to be on ${count(nodes, "node")}. A ${byPods.name} has addresses for ${podsOn(byPods)} pods (${byPods.interfaces} × (${byPods.addresses} - 1) + 2), of which ${everywhere} run on every node: ${grouped(places)} places.`,
      references: referencesTo(POD_ADDRESSES, INSTANCE_TYPES_SOURCE),
    }),
    judged(wanted.cpu <= cpu, set, replicas, {
      check,
      part: `${part}.cpu`,
      figure: rounded(wanted.cpu),
      limit: rounded(cpu),
      unit: "count",
      says: `${scale}, the services ask for ${rounded(wanted.cpu)} vCPU. ${count(nodes, "node")} of ${byCpu.name} have ${rounded(cpu)} vCPU for pods.`,
      references: referencesTo(NODE_RESERVED),
    }),
    judged(wanted.memory <= memory, set, replicas, {
      check,
      part: `${part}.memory`,
      figure: Math.round(wanted.memory),
      limit: Math.round(memory),
      unit: "bytes",
      says: `${scale}, the services ask for ${gib(wanted.memory)}. ${count(nodes, "node")} of ${byMemory.name} have ${gib(memory)} for pods.`,
      references: referencesTo(NODE_RESERVED),
    }),
  ];
}

function judged(
  isEnough: boolean,
  set: Readonly<Record<string, number>>,
  replicas: "min" | "max",
  found: Found,
): Finding {
  if (isEnough) return holds(found);
  const bound = replicas === "max" ? "more nodes" : "more nodes at the least";
  return fails(found, `Allow ${bound}, larger instance types, or fewer replicas.`, set);
}

/** So many more nodes of the first group that everything fits. */
function moreNodes(
  compute: Eks,
  replicas: "min" | "max",
  nodes: number,
  ratio: number,
): Readonly<Record<string, number>> {
  const [name, group] = steadyGroups(compute)[0] ?? [];
  if (name === undefined || group === undefined || !Number.isFinite(ratio)) return {};
  const more = Math.max(0, Math.ceil(nodes * ratio) - nodes);
  const at = `compute.nodeGroups.${name}`;
  const wanted = (replicas === "max" ? group.max : group.min) + more;
  return replicas === "max"
    ? {
        [`${at}.max`]: wanted,
        ...(compute.maxNodes === undefined ? {} : { "compute.maxNodes": compute.maxNodes + more }),
      }
    : {
        [`${at}.min`]: wanted,
        [`${at}.desired`]: Math.max(wanted, group.desired),
        [`${at}.max`]: Math.max(wanted, group.max),
      };
}
