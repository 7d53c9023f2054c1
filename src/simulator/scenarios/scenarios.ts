import { PlumblineError } from "#model/errors.ts";
import type { Nodes } from "./nodes.ts";
import { type Process, VERSIONS } from "./process.ts";
import type { Scenario } from "./result.ts";
import type { SimulatedService } from "./simulated-service.ts";
import { type Stores, cacheOf, databaseOf, isQueried } from "./store-failure.ts";
import type { World } from "./world.ts";

/** Scenarios that happen inside a region; the others are in region.ts. */
export type LocalScenario = Exclude<Scenario, "region-failure" | "disaster">;

/** How many times the rate before it a spike is, as in the drill. */
export const SPIKE_TIMES = 4;

/** What a scenario can lay hands on. */
export interface Scene {
  readonly world: World;
  readonly services: readonly SimulatedService[];
  /** The one that a fault is about. */
  readonly victim: SimulatedService;
  readonly stores: Stores;
  /** Null where there are none. */
  readonly nodes: Nodes | null;
  /** Requests a second. */
  readonly rate: number;
  /** Counts the runs: what can happen in several ways happens in each of them in turn. */
  readonly round: number;
  /** The store that a fault of stores is about, where somebody says. */
  readonly store: string | undefined;
}

export const INJECT: Readonly<Record<LocalScenario, (scene: Scene) => void>> = {
  steady: () => {},
  deployment: ({ victim }) => victim.deploy(VERSIONS.good),
  "bad-deployment": ({ victim, round }) =>
    victim.deploy(round % 2 === 0 ? VERSIONS.exits : VERSIONS.unhealthy),
  "traffic-spike": ({ world, rate }) => world.changeTraffic((traffic) => traffic.setRate(SPIKE_TIMES * rate)),
  "replica-crash": (scene) => scene.victim.crash(anyReplica(scene)),
  "replica-hang": (scene) => scene.victim.hang(anyReplica(scene)),
  "node-failure": failNode,
  "zone-failure": failZone,
  "database-failure": (scene) => {
    const { world, store } = scene;
    scene.stores.fail(needed(databaseOf(world.architecture, pathOf(scene), store), "database"), false);
  },
  "cache-failure": (scene) => {
    const { world, store } = scene;
    scene.stores.fail(needed(cacheOf(world.architecture, pathOf(scene), store), "cache"), false);
  },
};

function pathOf({ services }: Scene): string[] {
  return services.map(({ name }) => name);
}

function needed(name: string | null, what: string): string {
  if (name !== null) return name;
  throw new PlumblineError(
    "SCENARIO_UNSUITABLE",
    `No request of the architecture needs a ${what}.`,
    "Simulate something else, or name a store that a service uses.",
  );
}

function anyReplica({ victim, world }: Scene): Process {
  const up = [...victim.processes.values()].filter(({ state }) => state === "up");
  if (up.length > 0) return world.random.pick(up);
  throw new PlumblineError(
    "SCENARIO_UNSUITABLE",
    `No replica of ${victim.name} runs: its nodes have no room for one.`,
    "Give compute.nodeGroups larger instance types, or more nodes.",
  );
}

/** On EKS a node with all pods on it; else the machine of one replica. */
function failNode(scene: Scene): void {
  const { world, nodes, services } = scene;
  const replica = anyReplica(scene);
  const { node } = replica;
  if (nodes === null || node === null) return scene.victim.lose(replica);
  nodes.lose(node);
  for (const service of services)
    for (const process of service.processes.values()) if (process.node === node) service.lose(process);
  world.takes("ec2-status-check", "the node fails its status checks", () =>
    world.takes("eks-node-start", "its node group launches another one", () => nodes.add(replica.zone)),
  );
}

/** A zone in turn; the primary of each store was in any of them. */
function failZone({ world, services, stores, nodes, round }: Scene): void {
  const { zoneNames } = world.architecture;
  const zone = round % zoneNames.length;
  world.isZoneUp[zone] = false;
  for (const node of nodes?.inZone(zone) ?? []) nodes?.lose(node);
  for (const service of services)
    for (const process of service.processes.values()) if (process.zone === zone) service.lose(process);
  if (world.profile === "aws") loseLoadBalancerNode(world, zoneNames.length);
  for (const [name, store] of Object.entries(world.architecture.stores)) {
    const isPrimaryThere = world.random.between(0, zoneNames.length - 1) === zone;
    if (isQueried(store) && isPrimaryThere) stores.fail(name, true);
  }
}

/** Its clients come back as DNS forgets it and their own caches end, one after the other. */
function loseLoadBalancerNode(world: World, zones: number): void {
  const from = world.now + world.delays.draw("load-balancer-node-removal");
  const until = from + world.delays.draw("load-balancer-dns-ttl");
  world.changeTraffic((traffic) => traffic.loseEntry(1 / zones, from, until));
  world.tell(
    "DNS names no load balancer node of the zone any more",
    world.now,
    from,
    "load-balancer-node-removal",
  );
  world.tell("clients' resolvers forget the node", from, until, "load-balancer-dns-ttl");
}
