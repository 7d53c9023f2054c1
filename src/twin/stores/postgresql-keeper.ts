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
import { PlumblineError } from "#model/errors.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { LoopRunner } from "../loop-runner.ts";
import { writePrivately } from "../state/files.ts";
import type { StoreStatus } from "../status.ts";
import { REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { PostgresqlActions } from "./postgresql-actions.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";
import { APPLICATION, makeNodes, type PostgresqlSetup, secretNames } from "./postgresql-setup.ts";
import { watch } from "./postgresql-watch.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

type Postgresql = Extract<ResolvedStore, { kind: "postgresql" }>;

const STOP_WITHIN_MS = 10_000;

/** What there is of the store once it has begun to start. */
interface Running {
  readonly setup: PostgresqlSetup;
  readonly endpoints: StoreEndpoints;
  readonly actions: PostgresqlActions;
  readonly loop: LoopRunner<ReplicationState, ReplicationEvent, ReplicationAction>;
}

/** Keeps one PostgreSQL store: runs its replication controller, and says what it has become. */
export class PostgresqlKeeper implements StoreKeeper {
  readonly name: string;
  readonly #store: Postgresql;
  readonly #context: TwinContext;
  readonly #watching = new AbortController();
  /** Where the id of the primary is kept between runs: after a failover it is not the first node. */
  readonly #primaryFile: string;
  readonly #opened = Promise.withResolvers<void>();
  readonly #hopeless = Promise.withResolvers<never>();
  /** Settles when no program that makes a data directory runs any more. */
  #initialised: Promise<boolean> | undefined;
  #running: Running | undefined;
  #changed = () => {};

  constructor(name: string, store: Postgresql, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#primaryFile = join(context.state.data, name, "primary");
    this.#hopeless.promise.catch(() => {});
  }

  get hopeless(): Promise<never> {
    return this.#hopeless.promise;
  }

  get program(): string {
    if (!this.#running) return "PostgreSQL";
    const { version, source } = this.#running.setup.programs;
    return `PostgreSQL ${version} from ${source}`;
  }

  async start(signal: AbortSignal): Promise<void> {
    const setup = await makeNodes(this.name, this.#store, this.#context);
    const [first, second] = this.#primaryFirst([...setup.nodes.values()]);
    const port = STORE_PORTS.postgresql;
    // A new data directory takes a while, and so do the forwarders: neither waits for the other.
    const initialised = first.initialise();
    this.#initialised = initialised.catch(() => false);
    const endpoints = await StoreEndpoints.open(this.name, this.#store.subnets, port, this.#context);
    if (await initialised) this.#context.events.record("info", first.id, "has a new data directory");
    signal.throwIfAborted();

    const initial = initialReplication({
      primary: first.id,
      standby: second ? { node: second.id, hasData: second.isStandbyData } : null,
      settings: REPLICATION,
      now: performance.now(),
    });
    const loop = new LoopRunner(replicationLoop, initial, (action) => actions.perform(action));
    const state = () => loop.state;
    const feed = (event: ReplicationEvent) => {
      loop.feed(event);
      this.#changed();
    };
    const actions = new PostgresqlActions({
      store: this.name,
      setup,
      endpoints,
      context: this.#context,
      state,
      feed,
      beforeWriter: (node) => writePrivately(this.#primaryFile, node),
      afterWriter: () => this.#opened.resolve(),
      // Until the store was open once, nobody waits for it to mend itself: `up` says what is wrong.
      onStartFailed: (error) => {
        this.#opened.reject(error);
        this.#noticeFullDisk(error);
      },
      onRebuildFailed: (error) => this.#noticeFullDisk(error),
    });
    this.#running = { setup, endpoints, actions, loop };
    void watch([...setup.nodes.values()], state, feed, this.#watching.signal);
    loop.feed({ kind: "tick" });
    await this.#opened.promise;
  }

  get isSettled(): boolean {
    return (
      this.#running !== undefined &&
      ["single", "protected"].includes(summarizeReplication(this.#running.loop.state).phase)
    );
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  urls(zone: string): { readonly writer: string; readonly reader: string } {
    const password = this.#context.secrets.password(secretNames(this.name).application);
    const url = ({ host, port }: { host: string; port: number }) =>
      `postgresql://${APPLICATION}:${password}@${host}:${port}/${APPLICATION}`;
    const endpoints = (this.#running as Running).endpoints.in(zone);
    return { writer: url(endpoints.writer), reader: url(endpoints.reader) };
  }

  status(): StoreStatus | null {
    if (!this.#running) return null;
    const { setup, endpoints, loop } = this.#running;
    const summary = summarizeReplication(loop.state);
    const { writer, reader } = endpoints.in(this.#context.architecture.zoneNames[0] as string);
    return {
      name: this.name,
      kind: this.#store.kind,
      program: this.program,
      protected: summary.protected,
      nodes: [...setup.nodes.values()].map((node) => ({
        id: node.id,
        zone: node.zone,
        role: summary.nodes[node.id]?.role ?? "none",
        state: nodeState(loop.state, node.id),
        address: `${node.address.host}:${node.address.port}`,
        pid: node.pid,
      })),
      writer: `${writer.host}:${writer.port}`,
      reader: `${reader.host}:${reader.port}`,
    };
  }

  async stop(): Promise<void> {
    this.#watching.abort();
    this.#opened.resolve();
    await this.#initialised;
    if (!this.#running) return;
    const { setup, actions, loop } = this.#running;
    loop.end();
    // A server that is being started could not be stopped yet.
    await actions.end();
    // The primary last, so that the standby has everything that it has acknowledged.
    const nodes = [...setup.nodes.values()];
    const { primary } = loop.state;
    await Promise.all(nodes.filter(({ id }) => id !== primary).map((node) => node.stop(STOP_WITHIN_MS)));
    await Promise.all(nodes.filter(({ id }) => id === primary).map((node) => node.stop(STOP_WITHIN_MS)));
  }

  #noticeFullDisk(error: Error): void {
    if (error instanceof PlumblineError && error.code === "DISK_FULL") this.#hopeless.reject(error);
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
}

function nodeState({ nodes, primary, sync }: ReplicationState, id: string): string {
  const node = nodes[id];
  if (node?.phase !== "running") return node?.phase ?? "down";
  if (id === primary) return "running";
  if (!node.streaming) return "catching up";
  return sync.mode === "in-sync" ? "in sync" : "streaming";
}
