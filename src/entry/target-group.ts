import { chooseTarget } from "./balancing.ts";
import type { GroupAttributes, TargetDescription } from "./configuration.ts";
import { Counters, type GroupMetrics } from "./metrics.ts";
import { Target, type TargetHome, type TargetSurroundings } from "./targets.ts";

/** Targets that take turns, and whose turn it was last. */
interface Rotation {
  readonly targets: readonly Target[];
  last: number;
  /** The same for those choices that warming targets had no part in: they are nobody's turn. */
  lastWithout: Target | undefined;
}

/** Targets that do the same work. Told by others which there are and how they fare. */
export class TargetGroup implements TargetHome {
  readonly name: string;
  readonly counters = new Counters();
  attributes: GroupAttributes;
  #all: Rotation = { targets: [], last: -1, lastWithout: undefined };
  /** Without cross-zone load balancing: the targets of each zone. */
  #zones = new Map<string | undefined, Rotation>();
  /** The zones with a healthy target, and how many clients have been sent to one of them. */
  #serving: readonly (string | undefined)[] = [];
  #sent = 0;
  readonly #surroundings: TargetSurroundings;

  constructor(attributes: GroupAttributes, surroundings: TargetSurroundings) {
    this.name = attributes.name;
    this.attributes = attributes;
    this.#surroundings = surroundings;
  }

  get deregistrationDelay(): number | undefined {
    return this.attributes.deregistrationDelay;
  }

  /** The complete list: a target that is missing is deregistered and finishes what it has. */
  setTargets(descriptions: readonly TargetDescription[]): void {
    const { targets: before, last } = this.#all;
    const targets = descriptions.map(
      (description) =>
        before.find((target) => target.is(description)) ?? new Target(description, this, this.#surroundings),
    );
    this.#all = { targets, last: targets.indexOf(before[last]!), lastWithout: undefined };
    this.#zones = new Map();
    this.#warmUp(before, descriptions);
    for (const target of before) if (!targets.includes(target)) target.enter("draining");
    for (const [index, target] of targets.entries()) target.enter(descriptions[index]!.state);
    const healthy = targets.filter(({ state }) => state === "healthy");
    this.#serving = [...new Set(healthy.map(({ zone }) => zone))];
  }

  /**
   * @param zone where the node of the load balancer is that asks; undefined for a client of its DNS name, which leads
   * to the nodes in turn and to none whose zone has no healthy target.
   * @returns undefined when no target may have the request.
   */
  choose(excluded: readonly Target[] | undefined, zone: string | undefined): Target | undefined {
    const { crossZone, slowStart } = this.attributes;
    const node = crossZone ? undefined : (zone ?? this.#serving[this.#sent++ % this.#serving.length]);
    const rotation = node === undefined ? this.#all : this.#rotationOf(node);
    const warm = slowStart === undefined ? undefined : this.#withoutWarming(rotation, slowStart, excluded);
    if (warm !== undefined) return warm;
    const index = chooseTarget(rotation.targets, rotation.last, excluded);
    if (index === -1) return undefined;
    rotation.last = index;
    return rotation.targets[index];
  }

  /** The target of that id, if it may have the request: "if it was deregistered or is unhealthy, … a new target". */
  bound(id: string): Target | undefined {
    const { targets } = this.#all;
    const target = targets.find((each) => each.id === id && each.state !== "draining");
    if (target === undefined || target.state === "healthy") return target;
    return targets.some(({ state }) => state === "healthy") ? undefined : target;
  }

  closeIdle(): void {
    for (const target of this.#all.targets) target.closeIdle();
  }

  metrics(): GroupMetrics {
    const targets = this.#all.targets.map((target) => target.metrics());
    const active = targets.reduce((sum, target) => sum + target.active, 0);
    const connections = targets.reduce((sum, target) => sum + target.connections, 0);
    return { name: this.name, active, connections, ...this.counters.snapshot(), targets };
  }

  /**
   * A target that has become healthy begins with little, if another one is healthy and past that: "to enter
   * slow start mode, the target group must have at least one healthy target that isn't in slow start mode".
   */
  #warmUp(before: readonly Target[], descriptions: readonly TargetDescription[]): void {
    if (this.attributes.slowStart === undefined) return;
    const isServing = before.some(
      (target) => target.state === "healthy" && Number.isNaN(target.warmingSince),
    );
    if (!isServing) return;
    for (const [index, target] of this.#all.targets.entries()) {
      const wasHealthy = before.includes(target) && target.state === "healthy";
      if (descriptions[index]!.state === "healthy" && !wasHealthy) target.warmingSince = performance.now();
    }
  }

  /** @returns undefined when all take part, or when warming targets are all there is. */
  #withoutWarming(
    rotation: Rotation,
    slowStart: number,
    excluded: readonly Target[] | undefined,
  ): Target | undefined {
    const now = performance.now();
    const admitted = rotation.targets.filter((target) => target.admits(now, slowStart));
    if (admitted.length === rotation.targets.length) return undefined;
    const last = admitted.indexOf(rotation.lastWithout!);
    const chosen = admitted[chooseTarget(admitted, last, excluded)];
    if (chosen !== undefined) rotation.lastWithout = chosen;
    return chosen;
  }

  #rotationOf(zone: string): Rotation {
    let rotation = this.#zones.get(zone);
    if (rotation === undefined) {
      rotation = {
        targets: this.#all.targets.filter((target) => target.zone === zone),
        last: -1,
        lastWithout: undefined,
      };
      this.#zones.set(zone, rotation);
    }
    return rotation;
  }
}
