import type { ReplicaProcess } from "./replica-processes.ts";
import { deploymentOf } from "./deployments.ts";
import { SUPERVISOR } from "./network.ts";
import type { Rotation } from "./rotation.ts";
import type { Fault } from "./schedule.ts";
import type { Scaler } from "./scaler.ts";
import { type Service, ZONE_NAMES } from "./service.ts";
import type { Store } from "./store.ts";
import type { NodeData } from "./store-data.ts";
import type { Surroundings } from "./surroundings.ts";

/** What faults can befall. */
export interface Victims {
  readonly around: Surroundings;
  readonly service: Service;
  readonly scaler: Scaler;
  readonly rotation: Rotation;
  readonly stores: readonly Store[];
  /** How many faults make everything in a zone gone, by its number. */
  readonly lost: Int32Array;
}

/** Puts one fault into the system, and sees to it that it ends. */
export function inject(victims: Victims, { kind, target, forMs }: Fault): void {
  const { around, service, scaler, rotation } = victims;
  const { kernel, supervisor, network, schedule } = around;
  const zone = target % schedule.zones;
  const zoneName = ZONE_NAMES[zone] as string;
  const [store, node] = pickNode(victims, target);
  const during = (begin: () => void, end: () => void): void => {
    begin();
    kernel.after(forMs, end);
  };
  const { processes } = service;
  const replica = [...processes.byId.values()][target % Math.max(1, processes.byId.size)];
  switch (kind) {
    case "replica-crash":
      return replica && processes.crash(replica, "SIGSEGV");
    case "replica-hang":
      return replica && processes.hang(replica, forMs);
    case "replica-sick":
      return replica && ail(victims, replica, "sick", forMs);
    case "replica-slow":
      return replica && ail(victims, replica, "slow", forMs);
    case "replica-crash-loop":
      return during(
        () => (processes.crashLoops += 1),
        () => (processes.crashLoops -= 1),
      );
    case "replica-slow-start":
      return during(
        () => (processes.slowStarts += 1),
        () => (processes.slowStarts -= 1),
      );
    case "node-crash":
      return store.crash(node);
    case "node-hang":
      return store.hang(node, forMs);
    case "node-lost-probes":
      return during(
        () => (store.ailments(node).lostProbes += 1),
        () => (store.ailments(node).lostProbes -= 1),
      );
    case "node-slow-start":
      return during(
        () => (store.ailments(node).slowStart += 1),
        () => (store.ailments(node).slowStart -= 1),
      );
    case "node-dead-start":
      return during(
        () => (store.ailments(node).deadStart += 1),
        () => (store.ailments(node).deadStart -= 1),
      );
    case "node-lost-log":
      // A replica of a cache that was away fetches everything anew: none is ever too far behind.
      for (const each of store.data.nodes)
        if (store.data.durable && each.role === "standby") each.lostLog = true;
      return;
    case "store-crash":
      for (const each of target % 2 === 0 ? store.data.nodes : store.data.nodes.toReversed())
        store.crash(each);
      return;
    case "zone-loss":
      return loseZone(victims, zone, forMs);
    case "zone-partition":
      return during(
        () => partZone(victims, zone, true),
        () => partZone(victims, zone, false),
      );
    case "zone-flap":
      return flapZone(victims, zone, kernel.now + forMs);
    case "zone-unseen":
      return during(
        () => network.part(zone, SUPERVISOR, true),
        () => network.part(zone, SUPERVISOR, false),
      );
    case "zone-slow": {
      const byMs = 50 * (1 + (target % 12));
      return during(
        () => network.slowDown(zone, byMs),
        () => network.slowDown(zone, -byMs),
      );
    }
    case "link-cut": {
      const other = (zone + 1) % schedule.zones;
      if (other === zone) return;
      return during(
        () => network.part(zone, other, true),
        () => network.part(zone, other, false),
      );
    }
    case "clock-ahead": {
      const byMs = 100 * (1 + target);
      return during(
        () => supervisor.stepClock(byMs),
        () => supervisor.stepClock(-byMs),
      );
    }
    case "supervisor-pause":
      return supervisor.pause(forMs, false);
    case "supervisor-restart":
      return supervisor.pause(forMs, true);
    case "supervisor-crash":
      return supervisor.crash(forMs);
    case "operator-close-zone":
      return during(
        () => service.zones.shut("zone", zoneName),
        () => service.zones.open("zone", zoneName),
      );
    case "operator-drain-zone":
      return during(
        () => service.zones.shut("drain", zoneName),
        () => service.zones.open("drain", zoneName),
      );
    case "operator-scale":
      return scaler.resize(target);
    case "operator-rotate":
      return rotation.rotate();
    case "load-change":
      scaler.load = target / 2;
      return;
    case "operator-deploy":
      return service.deploy(deploymentOf(schedule, `v${kernel.now}`, target));
    case "operator-roll":
      return service.roll(`v${kernel.now}-${target}`);
    case "operator-stop":
      return service.stop();
  }
}

/** A node of any store, the first store's first node for 0. */
function pickNode({ stores }: Victims, target: number): readonly [Store, NodeData] {
  const all = stores.flatMap((store) => store.data.nodes.map((node) => [store, node] as const));
  return all[target % all.length] as readonly [Store, NodeData];
}

function ail({ around }: Victims, process: ReplicaProcess, how: "sick" | "slow", forMs: number): void {
  process[how] += 1;
  around.kernel.after(forMs, () => (process[how] -= 1));
}

/** Everything in the zone is gone at once; who places and starts things there hears of it a little later. */
function loseZone({ around, service, stores, lost }: Victims, zone: number, forMs: number): void {
  const { kernel, supervisor } = around;
  const zoneName = ZONE_NAMES[zone] as string;
  const nodes = stores.flatMap((store) => store.data.nodes.map((node) => [store, node] as const));
  const there = nodes.filter(([, node]) => node.zone === zone);
  lost[zone] = (lost[zone] as number) + 1;
  for (const process of service.processes.byId.values())
    if (process.zone === zone) service.processes.crash(process, "zone lost");
  for (const [store, node] of there) store.crash(node);
  kernel.after(Math.min(forMs, supervisor.random.between(0, 2000)), () => {
    service.zones.shut("zone", zoneName);
    for (const [store, node] of there) store.sayReachable(node);
  });
  kernel.after(forMs, () => {
    lost[zone] = (lost[zone] as number) - 1;
    service.zones.open("zone", zoneName);
    for (const [store, node] of there) store.sayReachable(node);
  });
}

function partZone({ around }: Victims, zone: number, parted: boolean): void {
  const { network, schedule } = around;
  for (let other = 0; other < schedule.zones; other += 1)
    if (other !== zone) network.part(zone, other, parted);
  network.part(zone, SUPERVISOR, parted);
}

function flapZone(victims: Victims, zone: number, until: number): void {
  const { kernel, supervisor } = victims.around;
  if (kernel.now >= until) return;
  partZone(victims, zone, true);
  kernel.after(Math.min(until - kernel.now, supervisor.random.between(50, 700)), () => {
    partZone(victims, zone, false);
    kernel.after(supervisor.random.between(50, 700), () => flapZone(victims, zone, until));
  });
}
