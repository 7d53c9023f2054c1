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
  const declared = replicatedServices(architecture);
  const replicas = Object.fromEntries(declared.map(({ name, desired }) => [name, desired]));
  while (!fits(declared, replicas, machine)) {
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

/**
 * The most replicas of one service that fit this machine beside those that the others have; never fewer than one.
 * @param counts how many replicas each service has now.
 */
export function roomFor(
  name: string,
  counts: Readonly<Record<string, number>>,
  architecture: Pick<ResolvedArchitecture, "services">,
  machine: Machine,
): number {
  const declared = replicatedServices(architecture);
  let room = 1;
  while (fits(declared, { ...counts, [name]: room + 1 }, machine)) room += 1;
  return room;
}

interface Sized {
  readonly name: string;
  readonly desired: number;
  /** Bytes. */
  readonly memory: number;
}

function replicatedServices({ services }: Pick<ResolvedArchitecture, "services">): Sized[] {
  return Object.entries(services).flatMap(([name, service]) =>
    service.kind === "job" ? [] : [{ name, desired: service.replicas.desired, memory: service.size.memory }],
  );
}

function fits(
  declared: readonly Sized[],
  counts: Readonly<Record<string, number>>,
  { processors, memory }: Machine,
): boolean {
  const count = declared.reduce((sum, { name }) => sum + (counts[name] ?? 0), 0);
  const needed = declared.reduce((sum, each) => sum + (counts[each.name] ?? 0) * each.memory, 0);
  return count <= processors * REPLICAS_PER_PROCESSOR && needed <= memory * SHARE_OF_MEMORY;
}
