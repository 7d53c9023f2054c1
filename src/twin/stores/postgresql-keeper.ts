import { initialReplication } from "#control/replication-state.ts";
import type { ResolvedStore } from "#model/architecture.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import type { StoreStatus } from "../status.ts";
import { REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { PostgresqlActions } from "./postgresql-actions.ts";
import type { PostgresqlNode } from "./postgresql-node.ts";
import { APPLICATION, applicationLogin } from "../rotation/application-logins.ts";
import { postgresqlCredentials } from "../rotation/postgresql-credentials.ts";
import type { StoreCredentials } from "../rotation/store-credentials.ts";
import { makeNodes, type PostgresqlSetup } from "./postgresql-setup.ts";
import { watchPostgresql } from "./postgresql-watch.ts";
import { ReplicatedStore } from "./replicated-store.ts";
import { PostgresqlBackups } from "../backups/postgresql-backups.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

type Postgresql = Extract<ResolvedStore, { kind: "postgresql" }>;

/** Keeps one PostgreSQL store: a primary, and where it is in several zones a synchronous standby that takes over. */
export class PostgresqlKeeper implements StoreKeeper {
  readonly name: string;
  readonly #store: Postgresql;
  readonly #context: TwinContext;
  readonly #replicated: ReplicatedStore<PostgresqlNode>;
  /** Null where the architecture keeps none. */
  readonly backups: PostgresqlBackups | null;
  readonly credentials: StoreCredentials;
  /** Settles when no program that makes a data directory runs any more. */
  #initialised: Promise<boolean> | undefined;
  #setup: PostgresqlSetup | undefined;
  #endpoints: StoreEndpoints | undefined;

  constructor(name: string, store: Postgresql, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#replicated = new ReplicatedStore(name, context);
    this.credentials = postgresqlCredentials({
      primaryAccess: () => this.primaryNode?.access ?? null,
      writer: () => new URL(this.urls(context.architecture.zoneNames[0] as string).writer),
    });
    this.backups = store.backup.retention > 0 ? new PostgresqlBackups(name, context, this) : null;
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
    this.backups?.prepare();
    const setup = await makeNodes(this.name, this.#store, context, this.backups?.settings ?? {});
    const [first] = this.#replicated.primaryFile.first([...setup.nodes.values()]);
    const place = { name: this.name, tier: this.#store.subnets, port: STORE_PORTS.postgresql };
    // A new data directory takes a while, and so do the forwarders: neither waits for the other.
    const initialised = first.initialise();
    this.#initialised = initialised.catch(() => false);
    const endpoints = await StoreEndpoints.open(place, [...setup.nodes.values()], context);
    if (await initialised) context.events.record("info", first.id, "has a new data directory");
    signal.throwIfAborted();

    this.#setup = setup;
    this.#endpoints = endpoints;
    await this.#open(setup, endpoints);
  }

  async #open(setup: PostgresqlSetup, endpoints: StoreEndpoints): Promise<void> {
    const [context, { nodes, account }] = [this.#context, setup];
    const [first, second] = this.#replicated.primaryFile.first([...nodes.values()]);
    await this.#replicated.open({
      nodes,
      endpoints,
      initial: initialReplication({
        primary: first.id,
        replicas: second ? [{ node: second.id, hasData: second.isStandbyData }] : [],
        settings: REPLICATION,
        now: performance.now(),
      }),
      actions: (loop) =>
        new PostgresqlActions({ store: this.name, nodes, endpoints, context, ...loop }, account),
      watch: (observed) => watchPostgresql({ ...observed, reach: (node) => endpoints.observerOf(node) }),
    });
  }

  get isSettled(): boolean {
    return this.#replicated.isSettled;
  }

  onChange(listener: () => void): void {
    this.#replicated.onChange(listener);
  }

  urls(zone: string): { readonly writer: string; readonly reader: string } {
    const { user, password } = applicationLogin(this.#context.secrets, this.name);
    return this.#replicated.urls(
      zone,
      ({ host, port }) => `postgresql://${user}:${password}@${host}:${port}/${APPLICATION}`,
    );
  }

  status(): StoreStatus | null {
    return this.#replicated.status(this.#store.kind, this.program, "synchronous", ({ sync }) =>
      sync.mode === "in-sync" ? "in sync" : "streaming",
    );
  }

  get nodes(): readonly PostgresqlNode[] {
    return this.#replicated.nodes;
  }

  get primary(): string | null {
    return this.#replicated.state?.primary ?? null;
  }

  async renew(): Promise<void> {
    for (const node of this.nodes) {
      if (node.id === this.primary) {
        this.backups?.prepare();
        await node.initialise();
      } else if (!node.isStandbyData) this.#replicated.tell({ kind: "needs-rebuild", node: node.id });
    }
  }

  /** The node that takes writes, while it runs. */
  get primaryNode(): PostgresqlNode | null {
    const node = this.nodes.find(({ id }) => id === this.primary);
    return node && node.pid !== null ? node : null;
  }

  /** Stops every node, lets `swap` change their data, and starts them with what is there then. */
  async reopen(swap: () => Promise<void>): Promise<void> {
    const [setup, endpoints] = [this.#setup, this.#endpoints];
    if (!setup || !endpoints) throw new Error(`The store ${this.name} has not started yet.`);
    await this.#replicated.stop();
    await endpoints.point(null);
    try {
      await swap();
    } finally {
      await this.#open(setup, endpoints);
    }
  }

  async stop(): Promise<void> {
    await this.#initialised;
    await this.#replicated.stop();
  }
}
