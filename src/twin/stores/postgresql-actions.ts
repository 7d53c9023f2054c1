import type { ReplicationAction } from "#control/replication-state.ts";
import { catchUp } from "#stores/postgresql/catchup.ts";
import { promote } from "#stores/postgresql/promote.ts";
import { relaxSync, requireSync } from "#stores/postgresql/replication.ts";
import { ensureRoles } from "#stores/postgresql/roles.ts";
import { follow, makeStandby, type Upstream } from "#stores/postgresql/standby.ts";
import { REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { InOrder } from "./in-order.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";
import { type PostgresqlSetup, rolesOf, secretNames } from "./postgresql-setup.ts";
import type { StoreActions, StoreLoop } from "./replicated-store.ts";
import type { StoreEndpoints } from "./store-endpoints.ts";

/** What the actions are carried out on, and who hears of their outcome. */
export interface ActionTools extends StoreLoop {
  readonly store: string;
  readonly setup: PostgresqlSetup;
  readonly endpoints: StoreEndpoints;
  readonly context: TwinContext;
}

/** Carries out what the replication controller asks for, and feeds it what came of it. */
export class PostgresqlActions implements StoreActions {
  readonly #tools: ActionTools;
  /** Changes of the synchronous standby are not part of it. */
  readonly #work = new InOrder((node, error) => this.#say("error", node, error.message));

  constructor(tools: ActionTools) {
    this.#tools = tools;
  }

  perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "start":
        return this.#work.run(action.node, () => this.#start(action.node));
      case "fence":
        return this.#work.run(action.node, () => this.#fence(action.node, action.round));
      case "rebuild":
        return this.#work.run(action.node, () => this.#rebuild(action.node, action.from));
      case "promote":
        return this.#work.run(action.node, () => this.#promote(action.node));
      case "point-writer":
        return this.#aside(this.#pointWriter(action.node));
      case "relax-sync":
        return this.#aside(this.#relax(action.primary, action.round));
      case "require-sync":
        return this.#aside(this.#require(action.primary, action.standby, action.round));
    }
  }

  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void> {
    return this.#work.end();
  }

  #aside(work: Promise<void>): void {
    work.catch((error) => this.#say("warning", this.#tools.store, error.message));
  }

  async #start(id: string): Promise<void> {
    const { state, feed, onStartFailed } = this.#tools;
    const node = this.#node(id);
    const isPrimary = id === state().primary;
    try {
      // Where the primary is reached may be another address than when the standby was made.
      if (!isPrimary) follow(node.directory, this.#upstreamOf(id), this.#tools.setup.account);
      await node.start((reason) => this.#exited(id, reason), REPLICATION.startTimeoutMs);
      if (isPrimary) await this.#ensureRoles(node);
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
    if (!isPrimary) void this.#noticeLostLog(node);
  }

  #exited(id: string, reason: string): void {
    if (this.#work.ended) return;
    this.#say("warning", id, reason);
    this.#tools.feed({ kind: "exited", node: id, reason });
  }

  async #ensureRoles(node: PostgresqlNode): Promise<void> {
    const { context, store } = this.#tools;
    await ensureRoles(node.access, rolesOf(store, context.secrets));
  }

  /** A standby that was away too long is rebuilt at once, and not only when its time to catch up is over. */
  async #noticeLostLog(standby: PostgresqlNode): Promise<void> {
    const primary = this.#node(this.#tools.state().primary);
    const patience = REPLICATION.catchUpTimeoutMs;
    const outcome = await catchUp(primary.access, standby.access, standby.id, patience).catch(() => null);
    if (outcome === "must-be-rebuilt") this.#tools.feed({ kind: "needs-rebuild", node: standby.id });
  }

  async #fence(id: string, round: number): Promise<void> {
    await this.#node(id).kill();
    this.#say("warning", id, "is fenced: no process of it is left");
    this.#tools.feed({ kind: "fenced", node: id, round });
  }

  async #rebuild(id: string, from: string): Promise<void> {
    const { setup, feed, onFailure } = this.#tools;
    const [node, primary] = [this.#node(id), this.#node(from)];
    try {
      await node.kill();
      await makeStandby({
        primary: primary.access,
        from: primary.directory,
        to: node.directory,
        account: setup.account,
        upstream: this.#upstreamOf(id),
      });
    } catch (error) {
      const reason = (error as Error).message;
      this.#say("error", id, `could not be rebuilt: ${reason}`);
      onFailure(error as Error);
      return feed({ kind: "rebuild-failed", node: id, reason });
    }
    this.#say("info", id, `is a copy of ${from}`);
    feed({ kind: "rebuilt", node: id });
  }

  async #promote(id: string): Promise<void> {
    await promote(this.#node(id).access, REPLICATION.confirmTimeoutMs);
    this.#say("warning", id, "is promoted to primary");
    this.#tools.feed({ kind: "promoted", node: id });
  }

  async #pointWriter(id: string): Promise<void> {
    this.#tools.beforeWriter(id);
    await this.#tools.endpoints.point(this.#node(id));
    this.#say("info", this.#tools.store, `writes go to ${id}`);
    this.#tools.afterWriter();
  }

  async #relax(primary: string, round: number): Promise<void> {
    await relaxSync(this.#node(primary).access, REPLICATION.confirmTimeoutMs);
    this.#tools.feed({ kind: "relaxed", node: primary, round });
  }

  async #require(primary: string, standby: string, round: number): Promise<void> {
    await requireSync(this.#node(primary).access, standby, REPLICATION.confirmTimeoutMs);
    this.#say("info", standby, "is in sync: every acknowledged write is in two zones");
    this.#tools.feed({ kind: "in-sync", node: standby, round });
  }

  #upstreamOf(id: string): Upstream {
    const { context, endpoints, store } = this.#tools;
    const password = context.secrets.password(secretNames(store).replication);
    return { ...endpoints.upstreamOf(id), password, name: id };
  }

  #node(id: string): PostgresqlNode {
    return this.#tools.setup.nodes.get(id) as PostgresqlNode;
  }

  #say(level: "info" | "warning" | "error", part: string, message: string): void {
    if (!this.#work.ended) this.#tools.context.events.record(level, part, message);
  }
}
