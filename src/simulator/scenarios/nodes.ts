import { instanceType } from "#aws/instance-types/instance-types.ts";
import { NODE_RESERVED } from "#aws/kubernetes.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";

interface Node {
  readonly zone: number;
  cpu: number;
  memory: number;
  state: "launched" | "up" | "lost";
}

export interface PodSize {
  readonly cpu: number;
  readonly memory: number;
}

/** The nodes of an EKS cluster, and what is free on each for pods. */
export class Nodes {
  readonly #nodes: Node[] = [];
  readonly #most: number;
  readonly #each: PodSize;
  readonly #grows: boolean;

  /** On-demand groups only where there are some: nobody counts on the others. */
  constructor({ compute, zoneNames }: ResolvedArchitecture) {
    if (compute.kind !== "eks") throw new Error("Only EKS has nodes.");
    const groups = Object.values(compute.nodeGroups);
    const steady = groups.filter(({ capacity }) => capacity === "on-demand");
    const used = steady.length > 0 ? steady : groups;
    const sum = (of: (group: (typeof groups)[number]) => number) =>
      used.reduce((total, group) => total + of(group), 0);
    this.#most = Math.min(
      compute.maxNodes ?? Infinity,
      sum(({ max }) => max),
    );
    this.#each = allocatable(used[0]?.instanceTypes[0] ?? "");
    this.#grows = compute.clusterAutoscaler;
    for (let node = 0; node < sum(({ desired }) => desired); node += 1) this.add(node % zoneNames.length);
  }

  /** Those that are launched count, and those that are lost do not. */
  get count(): number {
    return this.#nodes.filter(({ state }) => state !== "lost").length;
  }

  get hasRoomForOne(): boolean {
    return this.#grows && this.count < this.#most;
  }

  add(zone: number): void {
    this.#nodes.push({ zone, ...this.#each, state: "up" });
  }

  launch(zone: number): number {
    return this.#nodes.push({ zone, ...this.#each, state: "launched" }) - 1;
  }

  join(index: number): void {
    (this.#nodes[index] as Node).state = "up";
  }

  /** Takes room on the node of a zone that has most of it. @returns null where nothing fits. */
  place(zone: number, { cpu, memory }: PodSize): number | null {
    let best: number | null = null;
    for (const [index, node] of this.#nodes.entries()) {
      if (node.state !== "up" || node.zone !== zone || node.cpu < cpu || node.memory < memory) continue;
      if (best === null || node.cpu > (this.#nodes[best] as Node).cpu) best = index;
    }
    if (best === null) return null;
    const node = this.#nodes[best] as Node;
    node.cpu -= cpu;
    node.memory -= memory;
    return best;
  }

  free(index: number, { cpu, memory }: PodSize): void {
    const node = this.#nodes[index] as Node;
    node.cpu += cpu;
    node.memory += memory;
  }

  lose(index: number): void {
    (this.#nodes[index] as Node).state = "lost";
  }

  inZone(zone: number): number[] {
    return this.#nodes.flatMap((node, index) => (node.zone === zone && node.state === "up" ? [index] : []));
  }
}

/** What a node has for pods; without limits where the type is not known. */
function allocatable(name: string): PodSize {
  const type = instanceType(name);
  if (type === null) return { cpu: Infinity, memory: Infinity };
  const { cpuShares, memory, memoryPerPod, evictionThreshold } = NODE_RESERVED.value;
  const [first, second, third, more] = cpuShares;
  const shares = [first, second, third, third];
  let reserved = 0;
  for (let core = 0; core < type.vcpus; core += 1) reserved += shares[core] ?? more;
  const pods = type.interfaces * (type.addresses - 1) + 2;
  return {
    cpu: type.vcpus - reserved,
    memory: type.memory - memory - memoryPerPod * pods - evictionThreshold,
  };
}
