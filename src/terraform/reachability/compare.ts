import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Resources } from "../stack.ts";
import { expectedPaths } from "./expected.ts";
import { type PortRange } from "./network.ts";
import { joined, overlap, type Path, reachable, without } from "./reach.ts";

export interface Reachability {
  /** What the generated network lets through, each pair and range of ports once. */
  readonly paths: readonly Path[];
  /** What it lets through though the architecture does not speak of it. */
  readonly forbidden: readonly Path[];
  /** What the architecture needs and the network does not let through. */
  readonly missing: readonly Path[];
}

/** Compares what the generated resources let through with what the architecture allows. */
export function reachabilityOf(architecture: ResolvedArchitecture, stack: Resources): Reachability {
  const paths = merged(reachable(stack));
  const expected = merged(expectedPaths(architecture)).filter(({ from }) => from !== "(inside)");
  // What is open to the whole internet is open to the load balancer as well: that is the same rule.
  const allowed = [...expected, ...consequences(expected)];
  return {
    paths,
    forbidden: paths.flatMap((path) => uncovered(path, allowed)),
    missing: expected.flatMap((path) => uncovered(path, paths)),
  };
}

/** A service that may reach every address on a port may reach the load balancer's own on it. */
function consequences(expected: readonly Path[]): Path[] {
  return expected
    .filter(({ to }) => to === "internet")
    .flatMap(({ from, ports }) =>
      expected
        .filter((other) => other.from === "internet")
        .flatMap((other) => {
          const both = overlap(ports, other.ports);
          return both ? [{ from, to: other.to, ports: both }] : [];
        }),
    );
}

/** The ports of a path that none of those paths has. */
function uncovered(path: Path, by: readonly Path[]): Path[] {
  const covering = by.filter(({ from, to }) => from === path.from && to === path.to);
  let left: PortRange[] = [path.ports];
  for (const { ports } of covering) left = left.flatMap((range) => without(range, ports));
  return left.map((ports) => ({ ...path, ports }));
}

function merged(paths: readonly Path[]): Path[] {
  const pairs = new Map<string, Path[]>();
  for (const path of paths) {
    const key = `${path.from} ${path.to}`;
    pairs.set(key, [...(pairs.get(key) ?? []), path]);
  }
  return [...pairs.values()].flatMap((same) => {
    const [{ from, to }] = same as [Path, ...Path[]];
    return joined(same.map(({ ports }) => ports)).map((ports) => ({ from, to, ports }));
  });
}
