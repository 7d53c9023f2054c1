import { readFile } from "node:fs/promises";
import { type ProcessUsage, readProcessTable, treeOf } from "./process-table.ts";

/** What a replica used between two looks. */
export interface Usage {
  /** Processors, on average since the look before: 0.5 is half of one. Null at the first look. */
  readonly processors: number | null;
  /** Null where nobody asked. */
  readonly memoryBytes: number | null;
}

interface Look {
  readonly at: number;
  readonly cpuMs: number;
  readonly pids: ReadonlySet<number>;
}

/**
 * How often all processes are looked through for what replicas have started, in milliseconds. With 300 processes that
 * takes 8 ms of a processor; looking again at those that are known takes almost nothing.
 */
const SEARCH_EVERY_MS = 4_000;

/** Measures replicas with all that they have started; remembers the look before. */
export class UsageMeter {
  #before: ReadonlyMap<number, Look> = new Map();
  #searchedAt = Number.NEGATIVE_INFINITY;

  /** What each of these processes uses, by its number; those that are gone are left out. */
  async measure(roots: readonly number[], withMemory: boolean): Promise<ReadonlyMap<number, Usage>> {
    const searches = performance.now() >= this.#searchedAt + SEARCH_EVERY_MS;
    const known = [...roots, ...[...this.#before.values()].flatMap(({ pids }) => [...pids])];
    const table = await readProcessTable(searches ? undefined : [...new Set(known)]);
    const at = performance.now();
    if (searches) this.#searchedAt = at;
    const trees = roots
      .map((root) => [root, treeOf(table, root)] as const)
      .filter(([, tree]) => tree.length > 0);
    const before = this.#before;
    this.#before = new Map(trees.map(([root, tree]) => [root, lookAt(tree, at)]));
    const usages = trees.map(async ([root, tree]) => {
      const processors = processorsSince(before.get(root), tree, at);
      return [root, { processors, memoryBytes: withMemory ? await memoryOf(tree) : null }] as const;
    });
    return new Map(await Promise.all(usages));
  }
}

function lookAt(tree: readonly ProcessUsage[], at: number): Look {
  return { at, cpuMs: totalOf(tree), pids: new Set(tree.map(({ pid }) => pid)) };
}

/**
 * What an ended child has used becomes its parent's, so that the total of a tree goes on. What is new in it may have run
 * for a while before it was found: it counts from now on.
 */
function processorsSince(before: Look | undefined, tree: readonly ProcessUsage[], at: number): number | null {
  if (before === undefined || at <= before.at) return null;
  const found = totalOf(tree.filter(({ pid }) => !before.pids.has(pid)));
  // What a child used that nobody waited for is lost with it.
  return Math.max(0, totalOf(tree) - found - before.cpuMs) / (at - before.at);
}

function totalOf(processes: readonly ProcessUsage[]): number {
  return processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Workers share what their parent had loaded before it forked: each one's share is added up, and not all of it. */
async function memoryOf(tree: readonly ProcessUsage[]): Promise<number> {
  const [only] = tree;
  if (tree.length === 1 && only) return only.residentBytes;
  const shares = await Promise.all(
    tree.map(async ({ pid, residentBytes }) => (await proportionalBytes(pid)) ?? residentBytes),
  );
  return shares.reduce((sum, share) => sum + share, 0);
}

/** Pss of /proc/PID/smaps_rollup (proc_pid_smaps(5)); null where there is none, or where it is not ours to read. */
async function proportionalBytes(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
