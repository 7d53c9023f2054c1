import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replicationLoop } from "#control/replication.ts";
import {
  initialReplication,
  type ReplicationAction,
  type ReplicationEvent,
  type ReplicationState,
  summarizeReplication,
} from "#control/replication-state.ts";
import type { ResolvedStore } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { catchUp } from "#stores/postgresql/catchup.ts";
import { promote } from "#stores/postgresql/promote.ts";
import { relaxSync, requireSync } from "#stores/postgresql/replication.ts";
import { ensureRoles } from "#stores/postgresql/roles.ts";
import { makeStandby } from "#stores/postgresql/standby.ts";
import { LoopRunner } from "../loop-runner.ts";
import { writePrivately } from "../state/files.ts";
import type { StoreStatus } from "../status.ts";
import { REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { makeNodes, type PostgresqlSetup } from "./postgresql-setup.ts";
import { type PostgresqlNode } from "./postgresql-node.ts";
import { watch } from "./postgresql-watch.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

type Postgresql = Extract<ResolvedStore, { kind: "postgresql" }>;

/** What services log in as, and to; the same in every twin. */
const APPLICATION = "app";
const STOP_WITHIN_MS = 10_000;

/** Carries out what the replication controller decides for one PostgreSQL store. */
export class PostgresqlKeeper implements StoreKeeper {
  readonly name: string;
  readonly #store: Postgresql;
  readonly #context: TwinContext;
  readonly #watching = new AbortController();
  /** Where the id of the primary is kept between runs: after a failover it is not the first node. */
  readonly #primaryFile: string;
  readonly #opened = Promise.withResolvers<void>();
  /** What is done to a node is done in order; waiting for a standby is not part of that. */
  readonly #work = new Map<string, Promise<void>>();
  #setup: PostgresqlSetup | undefined;
  #endpoints: StoreEndpoints | undefined;
  #loop: LoopRunner<ReplicationState, ReplicationEvent, ReplicationAction> | undefined;
  #changed = () => {};

  constructor(name: string, store: Postgresql, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#primaryFile = join(context.state.data, name, "primary");
  }

  get program(): string {
    return this.#setup
      ? `PostgreSQL ${this.#setup.programs.version} from ${this.#setup.programs.source}`
      : "PostgreSQL";
  }

  async start(signal: AbortSignal): Promise<void> {
    const setup = await makeNodes(this.name, this.#store, this.#context);
    this.#setup = setup;
    this.#endpoints = await StoreEndpoints.open(
      this.name,
      this.#store.subnets,
      STORE_PORTS.postgresql,
      this.#context,
    );
    signal.throwIfAborted();

    const [first, second] = this.#primaryFirst([...setup.nodes.values()]);
    const initial = initialReplication({
      primary: first.id,
      standby: second ? { node: second.id, hasData: second.isStandbyData } : null,
      settings: REPLICATION,
      now: performance.now(),
    });
    this.#loop = new LoopRunner(replicationLoop, initial, (action) => this.#perform(action));
    void watch(
      [...setup.nodes.values()],
      () => this.#state,
      (event) => this.#feed(event),
      this.#watching.signal,
    );
    this.#feed({ kind: "tick" });
    await this.#opened.promise;
  }

  get isSettled(): boolean {
    return (
      this.#loop !== undefined && ["single", "protected"].includes(summarizeReplication(this.#state).phase)
    );
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  urls(zone: string): { readonly writer: string; readonly reader: string } {
    const password = this.#context.secrets.password(`${this.name}.application`);
    const url = ({ host, port }: { host: string; port: number }) =>
      `postgresql://${APPLICATION}:${password}@${host}:${port}/${APPLICATION}`;
    const endpoints = (this.#endpoints as StoreEndpoints).in(zone);
    return { writer: url(endpoints.writer), reader: url(endpoints.reader) };
  }

  status(): StoreStatus | null {
    if (!this.#loop || !this.#setup || !this.#endpoints) return null;
    const summary = summarizeReplication(this.#state);
    const { writer, reader } = this.#endpoints.in(this.#context.architecture.zoneNames[0] as string);
    return {
      name: this.name,
      kind: this.#store.kind,
      program: this.program,
      protected: summary.protected,
      nodes: [...this.#setup.nodes.values()].map((node) => ({
        id: node.id,
        zone: node.zone,
        role: summary.nodes[node.id]?.role ?? "none",
        state: this.#nodeState(node.id),
        address: `${node.address.host}:${node.address.port}`,
        pid: node.pid,
      })),
      writer: `${writer.host}:${writer.port}`,
      reader: `${reader.host}:${reader.port}`,
    };
  }

  async stop(): Promise<void> {
    this.#watching.abort();
    this.#loop?.end();
    this.#opened.resolve();
    // What is under way ends first: a server that is being started could not be stopped yet.
    await Promise.allSettled(this.#work.values());
    // The primary last, so that the standby has everything that it has acknowledged.
    const nodes = [...(this.#setup?.nodes.values() ?? [])];
    const primary = this.#loop?.state.primary;
    await Promise.all(nodes.filter(({ id }) => id !== primary).map((node) => node.stop(STOP_WITHIN_MS)));
    await Promise.all(nodes.filter(({ id }) => id === primary).map((node) => node.stop(STOP_WITHIN_MS)));
  }

  get #state(): ReplicationState {
    return (this.#loop as LoopRunner<ReplicationState, ReplicationEvent, ReplicationAction>).state;
  }

  #feed(event: ReplicationEvent | { readonly kind: "tick" }): void {
    const before = this.#loop?.state;
    this.#loop?.feed(event);
    if (before !== this.#loop?.state) this.#changed();
  }

  #primaryFirst(nodes: PostgresqlNode[]): [PostgresqlNode, PostgresqlNode?] {
    let last: string | undefined;
    try {
      last = readFileSync(this.#primaryFile, "utf8").trim();
    } catch {
      // Nothing was ever primary: the first node becomes it.
    }
    return nodes.sort((a, b) => Number(b.id === last) - Number(a.id === last)) as [
      PostgresqlNode,
      PostgresqlNode?,
    ];
  }

  #nodeState(id: string): string {
    const { nodes, primary, sync } = this.#state;
    const node = nodes[id];
    if (node?.phase !== "running") return node?.phase ?? "down";
    if (id === primary) return "running";
    return node.streaming ? (sync.mode === "in-sync" ? "in sync" : "streaming") : "catching up";
  }

  #node(id: string): PostgresqlNode {
    return (this.#setup as PostgresqlSetup).nodes.get(id) as PostgresqlNode;
  }

  #perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "start":
        return this.#inOrder(action.node, () => this.#start(action.node));
      case "fence":
        return this.#inOrder(action.node, () => this.#fence(action.node));
      case "rebuild":
        return this.#inOrder(action.node, () => this.#rebuild(action.node, action.from));
      case "promote":
        return this.#inOrder(action.node, () => this.#promote(action.node));
      case "point-writer":
        return void this.#pointWriter(action.node).catch((error) =>
          this.#say("error", this.name, error.message),
        );
      case "relax-sync":
        return void this.#relax(action.primary, action.round).catch((error) =>
          this.#say("warning", this.name, error.message),
        );
      case "require-sync":
        return void this.#require(action).catch((error) => this.#say("warning", this.name, error.message));
    }
  }

  #inOrder(id: string, work: () => Promise<void>): void {
    const before = this.#work.get(id) ?? Promise.resolve();
    // A failure is an answer too: the controller asks again when its deadline is over.
    this.#work.set(
      id,
      before.then(work).catch((error) => this.#say("error", id, error.message)),
    );
  }

  async #start(id: string): Promise<void> {
    const node = this.#node(id);
    const isPrimary = id === this.#state.primary;
    try {
      if (isPrimary && (await node.initialise())) this.#say("info", id, "has a new data directory");
      await node.start((reason) => this.#exited(id, reason), REPLICATION.startTimeoutMs);
      if (isPrimary) await this.#ensureRoles(node);
    } catch (error) {
      this.#say("error", id, (error as Error).message);
      // Before the store was ever open, nobody waits for it to mend itself: `up` says what is wrong.
      this.#opened.reject(error);
      return this.#feed({ kind: "exited", node: id, reason: (error as Error).message });
    }
    this.#say("info", id, `runs in ${node.zone} at ${node.address.host}:${node.address.port}`);
    this.#feed({ kind: "started", node: id });
    if (!isPrimary) void this.#noticeLostLog(node);
  }

  #exited(id: string, reason: string): void {
    if (this.#watching.signal.aborted) return;
    this.#say("warning", id, reason);
    this.#feed({ kind: "exited", node: id, reason });
  }

  async #ensureRoles(node: PostgresqlNode): Promise<void> {
    const { secrets } = this.#context;
    await ensureRoles(node.access, {
      application: {
        user: APPLICATION,
        database: APPLICATION,
        password: secrets.password(`${this.name}.application`),
      },
      replicationPassword: secrets.password(`${this.name}.replication`),
    });
  }

  /** A standby that was away too long is rebuilt at once, and not only when its time to catch up is over. */
  async #noticeLostLog(standby: PostgresqlNode): Promise<void> {
    const primary = this.#node(this.#state.primary);
    const outcome = await catchUp(
      primary.access,
      standby.access,
      standby.id,
      REPLICATION.catchUpTimeoutMs,
    ).catch(() => null);
    if (outcome === "must-be-rebuilt") this.#feed({ kind: "needs-rebuild", node: standby.id });
  }

  async #fence(id: string): Promise<void> {
    await this.#node(id).kill();
    this.#say("warning", id, "is fenced: no process of it is left");
    this.#feed({ kind: "fenced", node: id });
  }

  async #rebuild(id: string, from: string): Promise<void> {
    const [node, primary] = [this.#node(id), this.#node(from)];
    const upstream = (this.#endpoints as StoreEndpoints).in(node.zone).upstream;
    const password = this.#context.secrets.password(`${this.name}.replication`);
    try {
      await node.kill();
      await makeStandby({
        primary: primary.access,
        from: primary.directory,
        to: node.directory,
        account: (this.#setup as PostgresqlSetup).account,
        upstream: { ...upstream, password, name: id },
      });
    } catch (error) {
      const reason = (error as Error).message;
      this.#say("error", id, `could not be rebuilt: ${reason}`);
      return this.#feed({ kind: "rebuild-failed", node: id, reason });
    }
    this.#say("info", id, `is a copy of ${from}`);
    this.#feed({ kind: "rebuilt", node: id });
  }

  async #promote(id: string): Promise<void> {
    await promote(this.#node(id).access, REPLICATION.confirmTimeoutMs);
    this.#say("warning", id, "is promoted to primary");
    this.#feed({ kind: "promoted", node: id });
  }

  async #pointWriter(id: string): Promise<void> {
    writePrivately(this.#primaryFile, id);
    await (this.#endpoints as StoreEndpoints).point(this.#node(id).address);
    this.#say("info", this.name, `writes go to ${id}`);
    this.#opened.resolve();
  }

  async #relax(primary: string, round: number): Promise<void> {
    await relaxSync(this.#node(primary).access, REPLICATION.confirmTimeoutMs);
    this.#feed({ kind: "relaxed", node: primary, round });
  }

  async #require({
    primary,
    standby,
    round,
  }: Extract<ReplicationAction, { kind: "require-sync" }>): Promise<void> {
    await requireSync(this.#node(primary).access, standby, REPLICATION.confirmTimeoutMs);
    this.#say("info", standby, "is in sync: every acknowledged write is in two zones");
    this.#feed({ kind: "in-sync", node: standby, round });
  }

  #say(level: "info" | "warning" | "error", part: string, message: string): void {
    this.#context.events.record(level, part, message);
  }
}
