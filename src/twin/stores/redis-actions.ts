import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationAction } from "#control/replication-state.ts";
import { promote } from "#stores/redis/promote.ts";
import { CACHE_REPLICATION } from "../timing.ts";
import { readerFor, readersOf } from "./readers.ts";
import type { RedisNode } from "./redis-node.ts";
import type { StoreActions } from "./replicated-store.ts";
import { type StoreTools, StoreWork } from "./store-work.ts";

/** A replica that cannot reach its primary tries again only after a second: it is started once the way is there. */
const POINTED_WITHIN_MS = 1_000;

/** Carries out what the replication controller asks for, and feeds it what came of it. */
export class RedisActions implements StoreActions {
  readonly #tools: StoreTools<RedisNode>;
  readonly #work: StoreWork<RedisNode>;
  #pointed: Promise<void> = Promise.resolve();

  constructor(tools: StoreTools<RedisNode>) {
    this.#tools = tools;
    this.#work = new StoreWork(tools);
  }

  perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "start":
        return this.#work.run(action.node, () => this.#start(action.node));
      case "fence":
        return this.#work.run(action.node, () => this.#work.fence(action.node, action.round));
      case "promote":
        return this.#work.run(action.node, () => this.#promote(action.node));
      case "point-writer":
        this.#pointed = this.#work.aside(this.#work.pointWriter(action.node, (to) => this.#point(to)));
        return;
      default:
        throw new Error(
          `Nobody waits for a replica of a cache, and it fetches its copy itself: ${action.kind}.`,
        );
    }
  }

  /** Lets reads follow the replicas that there are now. */
  pointReaders(): void {
    const { writer } = this.#tools.state();
    if (writer !== null) void this.#work.aside(this.#point(writer));
  }

  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void> {
    return this.#work.end();
  }

  async #start(id: string): Promise<void> {
    const { state, endpoints } = this.#tools;
    const node = this.#work.node(id);
    const isPrimary = id === state().primary;
    if (!isPrimary) await Promise.race([this.#pointed, delay(POINTED_WITHIN_MS)]);
    const upstream = isPrimary ? null : endpoints.upstreamOf(id);
    try {
      await node.start(upstream, (reason) => this.#work.exited(id, reason), CACHE_REPLICATION.startTimeoutMs);
    } catch (error) {
      return this.#work.startFailed(id, error as Error);
    }
    await this.#work.started(node);
  }

  async #promote(id: string): Promise<void> {
    await promote(this.#work.node(id).access, CACHE_REPLICATION.confirmTimeoutMs);
    this.#work.promoted(id, "is promoted to primary; what it had not received yet is lost");
  }

  #point(writer: string): Promise<void> {
    const { endpoints, state, context } = this.#tools;
    const readers = readersOf(state(), [...this.#tools.nodes.values()]);
    const { zoneNames } = context.architecture;
    const to = this.#work.node(writer);
    return endpoints.point(to, (zone) => readerFor(zone, zoneNames, readers) ?? to);
  }
}
