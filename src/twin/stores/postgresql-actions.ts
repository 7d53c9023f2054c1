import type { ReplicationAction } from "#control/replication-state.ts";
import { catchUp } from "#stores/postgresql/catchup.ts";
import { promote } from "#stores/postgresql/promote.ts";
import { relaxSync, requireSync } from "#stores/postgresql/replication.ts";
import { ensureRoles } from "#stores/postgresql/roles.ts";
import { follow, makeStandby, type Upstream } from "#stores/postgresql/standby.ts";
import { REPLICATION } from "../timing.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";
import { type PostgresqlSetup, rolesOf, secretNames } from "./postgresql-setup.ts";
import type { StoreActions } from "./replicated-store.ts";
import { type StoreTools, StoreWork } from "./store-work.ts";

/** Carries out what the replication controller asks for, and feeds it what came of it. */
export class PostgresqlActions implements StoreActions {
  readonly #tools: StoreTools<PostgresqlNode>;
  readonly #account: PostgresqlSetup["account"];
  readonly #work: StoreWork<PostgresqlNode>;

  /** @param account the database's superuser */
  constructor(tools: StoreTools<PostgresqlNode>, account: PostgresqlSetup["account"]) {
    this.#tools = tools;
    this.#account = account;
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

  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void> {
    return this.#work.end();
  }

  async #start(id: string): Promise<void> {
    const node = this.#work.node(id);
    const isPrimary = id === this.#tools.state().primary;
    try {
      // Where the primary is reached may be another address than when the standby was made.
      if (!isPrimary) follow(node.directory, this.#upstreamOf(id), this.#account);
      await node.start((reason) => this.#work.exited(id, reason), REPLICATION.startTimeoutMs);
      if (isPrimary) await this.#ensureRoles(node);
    } catch (error) {
      return this.#work.startFailed(id, error as Error);
    }
    await this.#work.started(node);
    if (!isPrimary) void this.#noticeLostLog(node);
  }

  async #ensureRoles(node: PostgresqlNode): Promise<void> {
    const { context, store } = this.#tools;
    await ensureRoles(node.access, rolesOf(store, context.secrets));
  }

  /** A standby that was away too long is rebuilt at once, and not only when its time to catch up is over. */
  async #noticeLostLog(standby: PostgresqlNode): Promise<void> {
    const primary = this.#work.node(this.#tools.state().primary);
    const patience = REPLICATION.catchUpTimeoutMs;
    const outcome = await catchUp(primary.access, standby.access, standby.id, patience).catch(() => null);
    if (outcome === "must-be-rebuilt") this.#tools.feed({ kind: "needs-rebuild", node: standby.id });
  }

  async #rebuild(id: string, from: string): Promise<void> {
    const [node, primary] = [this.#work.node(id), this.#work.node(from)];
    try {
      await node.kill();
      await makeStandby({
        primary: primary.access,
        from: primary.directory,
        to: node.directory,
        account: this.#account,
        upstream: this.#upstreamOf(id),
      });
    } catch (error) {
      return this.#work.rebuildFailed(id, error as Error);
    }
    this.#work.say("info", id, `is a copy of ${from}`);
    this.#tools.feed({ kind: "rebuilt", node: id });
  }

  async #promote(id: string): Promise<void> {
    await promote(this.#work.node(id).access, REPLICATION.confirmTimeoutMs);
    this.#work.promoted(id, "is promoted to primary");
  }

  #point(writer: string): Promise<void> {
    return this.#tools.endpoints.point(this.#work.node(writer));
  }

  async #relax(primary: string, round: number): Promise<void> {
    await relaxSync(this.#work.node(primary).access, REPLICATION.confirmTimeoutMs);
    this.#work.relaxed(primary, round);
  }

  async #require(primary: string, standby: string, round: number): Promise<void> {
    await requireSync(this.#work.node(primary).access, standby, REPLICATION.confirmTimeoutMs);
    this.#work.inSync(standby, round);
  }

  #upstreamOf(id: string): Upstream {
    const { context, endpoints, store } = this.#tools;
    const password = context.secrets.password(secretNames(store).replication);
    return { ...endpoints.upstreamOf(id), password, name: id };
  }
}
