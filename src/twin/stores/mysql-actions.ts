import { setTimeout as delay } from "node:timers/promises";
import type { ReplicationAction, ReplicationState } from "#control/replication-state.ts";
import { PlumblineError } from "#model/errors.ts";
import { ensureApplication } from "#stores/mariadb/accounts.ts";
import type { Part } from "#stores/mariadb/configure.ts";
import { follow, type Upstream } from "#stores/mariadb/follow.ts";
import { openPrimary, promote } from "#stores/mariadb/promote.ts";
import { nudge, relaxSync, requireSync } from "#stores/mariadb/semi-sync.ts";
import { applicationOf } from "../rotation/mysql-credentials.ts";
import { REPLICATION } from "../timing.ts";
import type { MysqlNode } from "./mysql-node.ts";
import { ownPasswords } from "./mysql-setup.ts";
import { readerFor } from "./readers.ts";
import type { StoreActions } from "./replicated-store.ts";
import { type StoreTools, StoreWork } from "./store-work.ts";

export interface MysqlActionTools extends StoreTools<MysqlNode> {
  /** The read replicas that have what is to be read. */
  readonly readers: () => readonly MysqlNode[];
}

/** A forwarder that does not run keeps nobody waiting for longer. */
const POINTED_WITHIN_MS = 200;

/** Carries out what the replication controller asks for, and feeds it what came of it. */
export class MysqlActions implements StoreActions {
  readonly #tools: MysqlActionTools;
  readonly #work: StoreWork<MysqlNode>;
  /**
   * Nodes whose data have not been seen to follow since they were kept, or made empty. Where they do not, the next rebuild
   * is a copy.
   */
  readonly #unproven = new Set<string>();
  /** Nodes that were started in the middle of their promotion, perhaps with other data: who may log in is told anew. */
  readonly #restarted = new Set<string>();
  #streamed = false;

  constructor(tools: MysqlActionTools) {
    this.#tools = tools;
    this.#work = new StoreWork(tools);
  }

  perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "start":
        return this.#work.run(action.node, () => this.#start(action.node));
      case "fence":
        return this.#work.run(action.node, () => this.#work.fence(action.node, action.round));
      case "rebuild":
        return this.#work.run(action.node, () => this.#rebuild(action.node, action.from));
      case "promote":
        return this.#work.run(action.node, () => this.#promote(action.node));
      case "point-writer":
        return void this.#work.aside(this.#work.pointWriter(action.node, (to) => this.#point(to)));
      case "relax-sync":
        return void this.#work.aside(this.#relax(action.primary, action.round));
      case "require-sync":
        return void this.#work.aside(this.#require(action.primary, action.standby, action.round));
    }
  }

  /** Told after each event. */
  notice({ primary, replicas, nodes, sync }: ReplicationState): void {
    for (const id of replicas) if (nodes[id]?.streaming) this.#unproven.delete(id);
    const streams = replicas.some((id) => nodes[id]?.streaming);
    // What the standby received before it was away for a moment it confirms with what it receives next.
    if (streams && !this.#streamed && sync.mode === "in-sync")
      void this.#work.aside(nudge(this.#work.node(primary).access, REPLICATION.confirmTimeoutMs));
    this.#streamed = streams;
  }

  /** A replica that can never follow with the data that it has is made from the primary's. */
  lost(id: string, reason: string): void {
    this.#unproven.add(id);
    this.#work.say("warning", id, `cannot follow any more: ${reason}`);
    this.#tools.feed({ kind: "needs-rebuild", node: id });
  }

  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void> {
    return this.#work.end();
  }

  async #start(id: string): Promise<void> {
    const node = this.#work.node(id);
    const part = this.#partOf(id, this.#tools.state());
    try {
      await node.start(part, (reason) => this.#work.exited(id, reason), REPLICATION.startTimeoutMs);
      if (part === "primary") await this.#open(node);
      if (part === "heir") this.#restarted.add(id);
    } catch (error) {
      await node.kill();
      return this.#startFailed(id, error as Error);
    }
    if (part === "replica" && !(await this.#follow(node))) return;
    await this.#work.started(node);
  }

  #partOf(id: string, { primary, failover }: ReplicationState): Part {
    if (id !== primary) return "replica";
    return failover === "promoting" ? "heir" : "primary";
  }

  #startFailed(id: string, failure: Error): void {
    const code = failure instanceof PlumblineError ? failure.code : null;
    const byItsData = code === "STORE_START_FAILED" || code === "DATA_OTHER_VERSION";
    if (id === this.#tools.state().primary || !byItsData) return this.#work.startFailed(id, failure);
    if (this.#unproven.has(id))
      return this.#work.startFailed(id, failure, { kind: "needs-rebuild", node: id });
    this.#unproven.add(id);
    this.#work.startFailed(id, failure);
  }

  async #open(node: MysqlNode): Promise<void> {
    const { context, store } = this.#tools;
    await ensureApplication(node.access, applicationOf(store, context.secrets));
    await openPrimary(node.access, REPLICATION.confirmTimeoutMs);
  }

  /** Whether it follows now; where it does not, the controller has been told. */
  async #follow(node: MysqlNode): Promise<boolean> {
    const { state, feed } = this.#tools;
    try {
      const primary = this.#work.node(state().primary).access;
      const timeoutMs = REPLICATION.confirmTimeoutMs;
      const found = await follow(node.access, primary, this.upstreamOf(node.id), timeoutMs);
      if (found.follows) return true;
      const which = found.errant.join(", ");
      this.lost(node.id, `it holds transactions that ${state().primary} never received (${which})`);
    } catch (error) {
      // The primary may be gone at this moment; whoever restarts this one tries again.
      const reason = (error as Error).message;
      this.#work.say("warning", node.id, `could not follow: ${reason}`);
      await node.kill();
      feed({ kind: "exited", node: node.id, reason });
    }
    return false;
  }

  /** Its data stay, as far as the primary's log can complete them; only where they cannot is everything copied. */
  async #rebuild(id: string, from: string): Promise<void> {
    const node = this.#work.node(id);
    try {
      await node.kill();
      const outcome = await this.#prepare(node, this.#work.node(from));
      this.#unproven.add(id);
      this.#work.say("info", id, outcome);
    } catch (error) {
      return this.#work.rebuildFailed(id, error as Error);
    }
    this.#tools.feed({ kind: "rebuilt", node: id });
  }

  async #prepare(node: MysqlNode, primary: MysqlNode): Promise<string> {
    if (this.#unproven.has(node.id)) {
      await node.copyFrom(primary, REPLICATION.startTimeoutMs);
      return `is a copy of ${primary.id}`;
    }
    if (await node.initialise()) return `begins empty, and fetches everything from ${primary.id}`;
    return `keeps its data, and fetches what it lacks from ${primary.id}`;
  }

  async #promote(id: string): Promise<void> {
    const node = this.#work.node(id);
    // The old primary is gone. Whoever waits for its answer waits in vain: clients, and the standby, which says goodbye.
    await Promise.race([this.#point(null), delay(POINTED_WITHIN_MS)]);
    await promote(node.access, REPLICATION.confirmTimeoutMs);
    if (this.#restarted.delete(id)) await this.#open(node);
    this.#work.promoted(id, "has applied all that it received, and is promoted to primary");
  }

  /** Lets reads follow the read replicas that there are now. */
  pointReaders(): void {
    const { writer } = this.#tools.state();
    if (writer !== null) void this.#work.aside(this.#point(writer));
  }

  /** @param writer null while nobody takes writes */
  #point(writer: string | null): Promise<void> {
    const { endpoints, context, readers } = this.#tools;
    const to = writer === null ? null : this.#work.node(writer);
    const now = readers();
    return endpoints.point(to, (zone) => readerFor(zone, context.architecture.zoneNames, now) ?? to);
  }

  async #relax(primary: string, round: number): Promise<void> {
    await relaxSync(this.#work.node(primary).access, REPLICATION.confirmTimeoutMs);
    this.#work.relaxed(primary, round);
  }

  async #require(primary: string, standby: string, round: number): Promise<void> {
    await requireSync(this.#work.node(primary).access, REPLICATION.confirmTimeoutMs);
    this.#work.inSync(standby, round);
  }

  /** Where a node fetches the log: the way to the primary, wherever that is. */
  upstreamOf(id: string): Upstream {
    const { context, endpoints, store } = this.#tools;
    return { ...endpoints.upstreamOf(id), password: ownPasswords(store, context.secrets).replication };
  }
}
