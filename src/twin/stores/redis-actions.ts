import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationAction, ReplicationState } from "#control/replication-state.ts";
import { promote } from "#stores/redis/promote.ts";
import type { Destination } from "../forwarders.ts";
import { CACHE_REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { InOrder } from "./in-order.ts";
import type { RedisNode } from "./redis-node.ts";
import type { StoreActions, StoreLoop } from "./replicated-store.ts";
import type { StoreEndpoints } from "./store-endpoints.ts";

/** What the actions are carried out on, and who hears of their outcome. */
export interface RedisActionTools extends StoreLoop {
  readonly store: string;
  readonly nodes: ReadonlyMap<string, RedisNode>;
  readonly endpoints: StoreEndpoints;
  readonly context: TwinContext;
}

/** A replica that cannot reach its primary tries again only after a second: it is started once the way is there. */
const POINTED_WITHIN_MS = 1_000;

/** Carries out what the replication controller asks for, and feeds it what came of it. */
export class RedisActions implements StoreActions {
  readonly #tools: RedisActionTools;
  readonly #work = new InOrder((node, error) => this.#say("error", node, error.message));
  #pointed: Promise<void> = Promise.resolve();

  constructor(tools: RedisActionTools) {
    this.#tools = tools;
  }

  perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "start":
        return this.#work.run(action.node, () => this.#start(action.node));
      case "fence":
        return this.#work.run(action.node, () => this.#fence(action.node, action.round));
      case "promote":
        return this.#work.run(action.node, () => this.#promote(action.node));
      case "point-writer":
        this.#pointed = this.#pointWriter(action.node).catch((error: Error) =>
          this.#say("warning", this.#tools.store, error.message),
        );
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
    if (writer === null) return;
    this.#point(writer).catch((error: Error) => this.#say("warning", this.#tools.store, error.message));
  }

  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void> {
    return this.#work.end();
  }

  async #start(id: string): Promise<void> {
    const { state, feed, endpoints, onStartFailed } = this.#tools;
    const node = this.#node(id);
    const isPrimary = id === state().primary;
    if (!isPrimary) await Promise.race([this.#pointed, delay(POINTED_WITHIN_MS)]);
    const upstream = isPrimary ? null : endpoints.upstreamOf(id);
    try {
      await node.start(upstream, (reason) => this.#exited(id, reason), CACHE_REPLICATION.startTimeoutMs);
    } catch (error) {
      const failure = error as Error;
      this.#say("error", id, failure.message);
      onStartFailed(failure);
      return feed({ kind: "exited", node: id, reason: failure.message });
    }
    this.#say("info", id, `runs in ${node.zone} at ${node.address.host}:${node.address.port}`);
    feed({ kind: "started", node: id });
    // Its zone may have gone while it started.
    if (this.#tools.context.places.zone(node.zone) === "gone") await node.kill();
  }

  #exited(id: string, reason: string): void {
    if (this.#work.ended) return;
    this.#say("warning", id, reason);
    this.#tools.feed({ kind: "exited", node: id, reason });
  }

  async #fence(id: string, round: number): Promise<void> {
    await this.#node(id).kill();
    this.#say("warning", id, "is fenced: no process of it is left");
    this.#tools.feed({ kind: "fenced", node: id, round });
  }

  async #promote(id: string): Promise<void> {
    await promote(this.#node(id).access, CACHE_REPLICATION.confirmTimeoutMs);
    this.#say("warning", id, "is promoted to primary; what it had not received yet is lost");
    this.#tools.feed({ kind: "promoted", node: id });
  }

  async #pointWriter(id: string): Promise<void> {
    this.#tools.beforeWriter(id);
    await this.#point(id);
    this.#say("info", this.#tools.store, `writes go to ${id}`);
    this.#tools.afterWriter();
  }

  #point(writer: string): Promise<void> {
    const { endpoints, state, context } = this.#tools;
    const readers = readersOf(state(), [...this.#tools.nodes.values()]);
    const { zoneNames } = context.architecture;
    const to = this.#node(writer);
    return endpoints.point(to, (zone) => readerFor(zone, zoneNames, readers) ?? to);
  }

  #node(id: string): RedisNode {
    return this.#tools.nodes.get(id) as RedisNode;
  }

  #say(level: "info" | "warning" | "error", part: string, message: string): void {
    if (!this.#work.ended) this.#tools.context.events.record(level, part, message);
  }
}

/** The replicas that have what is to be read. */
export function readersOf<Node extends { readonly id: string }>(
  { nodes, replicas }: ReplicationState,
  all: readonly Node[],
): Node[] {
  return all.filter(({ id }) => replicas.includes(id) && nodes[id]?.streaming);
}

/**
 * Where a zone reads: from a replica of its own, or one of the others, such that zones without spread over them; null
 * where there is no replica. ElastiCache's reader endpoint spreads connections over all replicas.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Endpoints.html
 */
export function readerFor(
  zone: string,
  zones: readonly string[],
  readers: readonly Destination[],
): Destination | null {
  const near = readers.find((reader) => reader.zone === zone);
  return near ?? readers[zones.indexOf(zone) % readers.length] ?? null;
}
