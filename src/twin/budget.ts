import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Substitute } from "#model/substitutes.ts";
import { formatSize } from "#model/quantities/size.ts";
import { memorySubstitutes } from "./stores/redis-memory.ts";

export interface Machine {
  readonly processors: number;
  /** Bytes. */
  readonly memory: number;
}

/** How many replicas of each service a twin runs, and what it says where something is less than declared. */
export interface Budget {
  readonly replicas: Readonly<Record<string, number>>;
  readonly substitutes: readonly Substitute[];
}

/** More processes than this on one processor, and their figures say nothing about the architecture. */
const REPLICAS_PER_PROCESSOR = 4;
/** The rest is for stores, load balancer, forwarders, and whoever sits at the machine. */
const SHARE_OF_MEMORY = 0.75;

/**
 * Fits the desired replicas to the machine: every service keeps one, then the largest give way first. The bound is
 * the tighter of processors and memory, where a replica counts with the memory that is declared for it.
 */
export function fitToMachine(
  architecture: Pick<ResolvedArchitecture, "services" | "stores">,
  machine: Machine,
): Budget {
  const declared = Object.entries(architecture.services).flatMap(([name, service]) =>
    service.kind === "job" ? [] : [{ name, desired: service.replicas.desired, memory: service.size.memory }],
  );
  const replicas = Object.fromEntries(declared.map(({ name, desired }) => [name, desired]));
  const fits = () => {
    const count = declared.reduce((sum, { name }) => sum + (replicas[name] ?? 0), 0);
    const memory = declared.reduce((sum, { name, memory }) => sum + (replicas[name] ?? 0) * memory, 0);
    return count <= machine.processors * REPLICAS_PER_PROCESSOR && memory <= machine.memory * SHARE_OF_MEMORY;
  };
  while (!fits()) {
    const [largest] = declared.toSorted((a, b) => (replicas[b.name] ?? 0) - (replicas[a.name] ?? 0));
    if (!largest || (replicas[largest.name] ?? 0) <= 1) break;
    replicas[largest.name] = (replicas[largest.name] ?? 0) - 1;
  }

  const reason = `this machine has ${machine.processors} processors and ${formatSize(Math.floor(machine.memory / 2 ** 30) * 2 ** 30)} of memory`;
  const substitutes = declared
    .filter(({ name, desired }) => replicas[name] !== desired)
    .map(({ name, desired }) => ({
      part: `services.${name}.replicas`,
      declared: `${desired} replicas`,
      runs: `${replicas[name]}`,
      reason,
    }));
  return {
    replicas,
    substitutes: [...substitutes, ...memorySubstitutes(architecture.stores, machine.memory)],
  };
}
