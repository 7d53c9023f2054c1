import { initialReplication } from "#control/replication-state.ts";
import type { ResolvedStore } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import type { StoreStatus } from "../status.ts";
import { REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { PostgresqlActions } from "./postgresql-actions.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";
import { APPLICATION, makeNodes, type PostgresqlSetup, secretNames } from "./postgresql-setup.ts";
import { watch } from "./postgresql-watch.ts";
import { ReplicatedStore } from "./replicated-store.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

type Postgresql = Extract<ResolvedStore, { kind: "postgresql" }>;

/** Keeps one PostgreSQL store: a primary, and where it is in several zones a synchronous standby that takes over. */
export class PostgresqlKeeper implements StoreKeeper {
  readonly name: string;
  readonly #store: Postgresql;
  readonly #context: TwinContext;
  readonly #replicated: ReplicatedStore<PostgresqlNode>;
  /** Settles when no program that makes a data directory runs any more. */
  #initialised: Promise<boolean> | undefined;
  #setup: PostgresqlSetup | undefined;

  constructor(name: string, store: Postgresql, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#replicated = new ReplicatedStore(name, context);
  }

  get hopeless(): Promise<never> {
    return this.#replicated.hopeless;
  }

  get program(): string {
    if (!this.#setup) return "PostgreSQL";
    const { version, source } = this.#setup.programs;
    return `PostgreSQL ${version} from ${source}`;
  }

  async start(signal: AbortSignal): Promise<void> {
    const context = this.#context;
    const setup = await makeNodes(this.name, this.#store, context);
    const [first, second] = this.#replicated.primaryFile.first([...setup.nodes.values()]);
    const port = STORE_PORTS.postgresql;
    // A new data directory takes a while, and so do the forwarders: neither waits for the other.
    const initialised = first.initialise();
    this.#initialised = initialised.catch(() => false);
    const endpoints = await StoreEndpoints.open(this.name, this.#store.subnets, port, context);
    if (await initialised) context.events.record("info", first.id, "has a new data directory");
    signal.throwIfAborted();

    this.#setup = setup;
    await this.#replicated.open({
      nodes: setup.nodes,
      endpoints,
      initial: initialReplication({
        primary: first.id,
        replicas: second ? [{ node: second.id, hasData: second.isStandbyData }] : [],
        settings: REPLICATION,
        now: performance.now(),
      }),
      actions: (loop) => new PostgresqlActions({ store: this.name, setup, endpoints, context, ...loop }),
      watch,
    });
  }

  get isSettled(): boolean {
    return this.#replicated.isSettled;
  }

  onChange(listener: () => void): void {
    this.#replicated.onChange(listener);
  }

  urls(zone: string): { readonly writer: string; readonly reader: string } {
    const password = this.#context.secrets.password(secretNames(this.name).application);
    return this.#replicated.urls(
      zone,
      ({ host, port }) => `postgresql://${APPLICATION}:${password}@${host}:${port}/${APPLICATION}`,
    );
  }

  status(): StoreStatus | null {
    return this.#replicated.status(this.#store.kind, this.program, "synchronous", ({ sync }) =>
      sync.mode === "in-sync" ? "in sync" : "streaming",
    );
  }

  async stop(): Promise<void> {
    await this.#initialised;
    await this.#replicated.stop();
  }
}
