import type { TimingId } from "#aws/timings/timings.ts";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { StoreCondition } from "../requests/traffic.ts";
import type { World } from "./world.ts";

/** A request that needs a database is given up after this: STORE_DEADLINE_MS of the reference service. */
export const STORE_PATIENCE_MS = 4500;
/** What a request loses where its cache does not answer: VELOCITY_TIMEOUT_MS of the reference service. */
export const CACHE_PATIENCE_MS = 50;

/**
 * On one machine: from the loss of a primary until writes are taken again (fence, promotion, endpoint, new connections), and
 * until it is there again as a standby by a copy. As drills on two cores have shown (docs/guides/break-it.md).
 */
const LOCAL_FAILOVER = { kind: "uniform", from: 80, to: 450 } as const;
const LOCAL_COPY = { kind: "uniform", from: 800, to: 4_500 } as const;

/** What it takes until a store serves again, in order; null where it does not by itself. */
type Recovery = readonly { readonly timing: TimingId; readonly says: string }[] | null;

/** Stores that requests wait for: buckets hold files. */
export function isQueried({ kind }: ResolvedStore): boolean {
  return kind !== "bucket";
}

export function isCache({ kind }: ResolvedStore): boolean {
  return kind === "redis";
}

const ENDPOINT = { timing: "database-dns-ttl", says: "clients see the endpoint's new address" } as const;

/** An RDS DB instance: its volume is in one zone, and so is that of its standby in another one. */
function recoveryOfInstance(hasStandby: boolean, isZoneLost: boolean): Recovery {
  if (hasStandby) return [{ timing: "rds-multi-az-failover", says: "its standby takes over" }, ENDPOINT];
  if (isZoneLost) return null;
  return [{ timing: "rds-single-az-recovery", says: "RDS starts it on another host of its zone" }];
}

/** Who takes over from a store that has lost its primary, or the zone that this is in. */
export function recoveryOf(store: ResolvedStore, isZoneLost: boolean): Recovery {
  if (store.kind === "bucket") return [];
  if (store.hosting === "pods")
    // Its volume is in one zone and stays there.
    return isZoneLost
      ? null
      : [{ timing: "container-restart", says: "the kubelet restarts its container on the same volume" }];
  switch (store.kind) {
    case "redis":
      if (store.multiZone)
        return [{ timing: "elasticache-failover", says: "a replica is promoted" }, ENDPOINT];
      return [{ timing: "elasticache-node-replacement", says: "its node is replaced by an empty one" }];
    case "documentdb":
      return store.multiZone || store.readReplicas > 0
        ? [{ timing: "documentdb-failover", says: "a replica is promoted" }, ENDPOINT]
        : [{ timing: "documentdb-new-primary", says: "its primary is made anew" }];
    case "postgresql":
      if (store.engine === "aurora")
        return store.multiZone || store.readReplicas > 0
          ? [{ timing: "aurora-failover", says: "a reader is promoted" }, ENDPOINT]
          : [{ timing: "aurora-new-primary", says: "its primary is made anew" }];
      return recoveryOfInstance(store.multiZone, isZoneLost);
    case "mysql":
      return recoveryOfInstance(store.multiZone, isZoneLost);
  }
}

/** The stores of a run: which of them have failed, and what that does to each stage. */
export class Stores {
  readonly #world: World;
  readonly #path: readonly string[];
  /** Those that do not serve; and of them those that will again. */
  readonly #failed = new Set<string>();
  readonly #recovering = new Set<string>();

  constructor(world: World, path: readonly string[]) {
    this.#world = world;
    this.#path = path;
  }

  get areUp(): boolean {
    return this.#failed.size === 0 && this.#recovering.size === 0;
  }

  /** Whether there is one that will be back. */
  get areRecovering(): boolean {
    return this.#recovering.size > 0;
  }

  fail(name: string, isZoneLost: boolean): void {
    const world = this.#world;
    const store = world.architecture.stores[name];
    if (!store || this.#failed.has(name)) return;
    this.#failed.add(name);
    this.#apply();
    const recovery = recoveryOf(store, isZoneLost);
    if (recovery === null)
      return world.tell(
        `stores.${name}: nothing takes over, and it is gone until its zone is back`,
        world.now,
        Infinity,
      );
    this.#recovering.add(name);
    if (world.profile === "local")
      return world.lasts(world.draw(LOCAL_FAILOVER), `stores.${name}: a node takes over`, null, () => {
        this.#failed.delete(name);
        this.#apply();
        world.lasts(world.draw(LOCAL_COPY), `stores.${name}: the other one follows`, null, () =>
          this.#recover(name),
        );
      });
    const steps = [...recovery];
    const next = (): void => {
      const step = steps.shift();
      if (step === undefined) this.#recover(name);
      else world.takes(step.timing, `stores.${name}: ${step.says}`, next);
    };
    next();
  }

  #recover(name: string): void {
    this.#failed.delete(name);
    this.#recovering.delete(name);
    this.#apply();
  }

  #apply(): void {
    for (const [stage, service] of this.#path.entries()) {
      const condition = this.#conditionOf(service);
      this.#world.changeTraffic((traffic) => traffic.setStore(stage, condition));
    }
  }

  #conditionOf(service: string): StoreCondition {
    const { services, stores } = this.#world.architecture;
    const failed = (services[service]?.uses ?? []).filter((name) => this.#failed.has(name));
    if (failed.some((name) => !isCache(stores[name] as ResolvedStore)))
      return { kind: "fails", afterMs: STORE_PATIENCE_MS };
    return failed.length > 0 ? { kind: "degraded", byMs: CACHE_PATIENCE_MS } : { kind: "up" };
  }
}

/** The store that a failure of the database is about: the first that is no cache and that a request comes to. */
export function databaseOf(
  architecture: ResolvedArchitecture,
  path: readonly string[],
  wanted?: string,
): string | null {
  return find(architecture, path, (store) => isQueried(store) && !isCache(store), wanted);
}

export function cacheOf(
  architecture: ResolvedArchitecture,
  path: readonly string[],
  wanted?: string,
): string | null {
  return find(architecture, path, isCache, wanted);
}

function find(
  { stores, services }: ResolvedArchitecture,
  path: readonly string[],
  fits: (store: ResolvedStore) => boolean,
  wanted: string | undefined,
): string | null {
  const names = path.flatMap((service) => services[service]?.uses ?? []).filter((name) => name in stores);
  if (wanted !== undefined) return names.includes(wanted) ? wanted : null;
  return names.find((name) => fits(stores[name] as ResolvedStore)) ?? null;
}
