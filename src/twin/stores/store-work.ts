import type { ReplicationEvent } from "#control/replication-state.ts";
import type { TwinContext } from "../twin-context.ts";
import { InOrder } from "./in-order.ts";
import type { StoreLoop, StoreNode } from "./replicated-store.ts";
import type { StoreEndpoints } from "./store-endpoints.ts";

/** What the actions of a store are carried out on, and who hears of their outcome. */
export interface StoreTools<Node extends StoreNode> extends StoreLoop {
  readonly store: string;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly endpoints: StoreEndpoints;
  readonly context: TwinContext;
}

/** What is done, said and fed back in the same way whatever program the store's nodes run. */
export class StoreWork<Node extends StoreNode> {
  readonly #tools: StoreTools<Node>;
  readonly #inOrder = new InOrder((node, error) => this.say("error", node, error.message));

  constructor(tools: StoreTools<Node>) {
    this.#tools = tools;
  }

  node(id: string): Node {
    return this.#tools.nodes.get(id) as Node;
  }

  /** What is done to one node is done in the order in which it was asked for. */
  run(node: string, work: () => Promise<void>): void {
    this.#inOrder.run(node, work);
  }

  /** What waits for no node and keeps none waiting. The promise never rejects. */
  aside(work: Promise<void>): Promise<void> {
    return work.catch((error: Error) => this.say("warning", this.#tools.store, error.message));
  }

  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void> {
    return this.#inOrder.end();
  }

  say(level: "info" | "warning" | "error", part: string, message: string): void {
    if (!this.#inOrder.ended) this.#tools.context.events.record(level, part, message);
  }

  async started(node: Node): Promise<void> {
    const { id, zone, address } = node;
    this.say("info", id, `runs in ${zone} at ${address.host}:${address.port}`);
    this.#tools.feed({ kind: "started", node: id });
    // Its zone may have gone while it started.
    if (this.#tools.context.places.zone(zone) === "gone") await node.kill();
  }

  /** @param event what the controller is told of it */
  startFailed(
    id: string,
    failure: Error,
    event: ReplicationEvent = { kind: "exited", node: id, reason: failure.message },
  ): void {
    this.say("error", id, failure.message);
    this.#tools.onStartFailed(failure);
    this.#tools.feed(event);
  }

  exited(id: string, reason: string): void {
    if (this.#inOrder.ended) return;
    this.say("warning", id, reason);
    this.#tools.feed({ kind: "exited", node: id, reason });
  }

  async fence(id: string, round: number): Promise<void> {
    await this.node(id).kill();
    this.say("warning", id, "is fenced: no process of it is left");
    this.#tools.feed({ kind: "fenced", node: id, round });
  }

  rebuildFailed(id: string, failure: Error): void {
    const reason = failure.message;
    this.say("error", id, `could not be rebuilt: ${reason}`);
    this.#tools.onFailure(failure);
    this.#tools.feed({ kind: "rebuild-failed", node: id, reason });
  }

  promoted(id: string, how: string): void {
    this.say("warning", id, how);
    this.#tools.feed({ kind: "promoted", node: id });
  }

  /** @param point lets the endpoints lead there */
  async pointWriter(id: string, point: (id: string) => Promise<void>): Promise<void> {
    this.#tools.beforeWriter(id);
    await point(id);
    this.say("info", this.#tools.store, `writes go to ${id}`);
    this.#tools.afterWriter();
  }

  relaxed(primary: string, round: number): void {
    this.#tools.feed({ kind: "relaxed", node: primary, round });
  }

  inSync(standby: string, round: number): void {
    this.say("info", standby, "is in sync: every acknowledged write is in two zones");
    this.#tools.feed({ kind: "in-sync", node: standby, round });
  }
}
