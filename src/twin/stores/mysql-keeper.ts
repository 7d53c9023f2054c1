import { initialReplication } from "#control/replication-state.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { APPLICATION, applicationLogin } from "../rotation/application-logins.ts";
import { mysqlCredentials } from "../rotation/mysql-credentials.ts";
import type { StoreCredentials } from "../rotation/store-credentials.ts";
import type { StoreStatus } from "../status.ts";
import { REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { MysqlActions } from "./mysql-actions.ts";
import type { MysqlNode } from "./mysql-node.ts";
import { MysqlReaders } from "./mysql-readers.ts";
import { makeMysqlNodes, type Mysql, type MysqlSetup } from "./mysql-setup.ts";
import { watchMysql } from "./mysql-watch.ts";
import { ReplicatedStore } from "./replicated-store.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

const STOP_WITHIN_MS = 10_000;

/**
 * Keeps one MySQL store, as MariaDB: a primary, and where it is in several zones a standby that every commit waits for and
 * that takes over. RDS keeps that standby below the database, by copying the disk.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
 */
export class MysqlKeeper implements StoreKeeper {
  readonly name: string;
  readonly backups = null;
  readonly credentials: StoreCredentials;
  readonly #store: Mysql;
  readonly #context: TwinContext;
  readonly #replicated: ReplicatedStore<MysqlNode>;
  /** Settles when no program that makes a data directory runs any more. */
  #initialised: Promise<boolean> | undefined;
  #setup: MysqlSetup | undefined;
  #readers: MysqlReaders | undefined;
  #changed = () => {};

  constructor(name: string, store: Mysql, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#replicated = new ReplicatedStore(name, context);
    this.credentials = mysqlCredentials({
      primaryAccess: () => this.#primaryNode?.access ?? null,
      writer: () => new URL(this.urls(context.architecture.zoneNames[0] as string).writer),
    });
  }

  get hopeless(): Promise<never> {
    return this.#replicated.hopeless;
  }

  get program(): string {
    if (!this.#setup) return "MariaDB";
    const { version, source } = this.#setup.programs;
    return `MariaDB ${version} from ${source}`;
  }

  async start(signal: AbortSignal): Promise<void> {
    const context = this.#context;
    const setup = await makeMysqlNodes(this.name, this.#store, context);
    const all = [...setup.nodes.values(), ...setup.readers];
    const [first] = this.#replicated.primaryFile.first([...setup.nodes.values()]);
    const place = { name: this.name, tier: this.#store.subnets, port: STORE_PORTS.mysql };
    // A new data directory takes a while, and so do the forwarders: neither waits for the other.
    const initialised = initialise(first, all);
    this.#initialised = initialised.catch(() => false);
    const endpoints = await StoreEndpoints.open(place, all, context);
    if (await initialised) context.events.record("info", first.id, "has a new data directory");
    if (setup.leftOut.length > 0)
      context.events.record(
        "warning",
        this.name,
        `MariaDB does not have these parameters, and runs without: ${setup.leftOut.join(", ")}`,
      );
    signal.throwIfAborted();

    this.#setup = setup;
    await this.#open(setup, endpoints);
  }

  async #open(setup: MysqlSetup, endpoints: StoreEndpoints): Promise<void> {
    const context = this.#context;
    const [first, second] = this.#replicated.primaryFile.first([...setup.nodes.values()]);
    let actions: MysqlActions | undefined;
    const readers = new MysqlReaders({
      nodes: setup.readers,
      context,
      endpoints,
      upstreamOf: (node) => (actions as MysqlActions).upstreamOf(node),
      primary: () => this.#openPrimary,
      onChange: () => {
        actions?.pointReaders();
        this.#changed();
      },
    });
    this.#readers = readers;
    await this.#replicated.open({
      nodes: setup.nodes,
      endpoints,
      initial: initialReplication({
        primary: first.id,
        replicas: second ? [{ node: second.id, hasData: second.holdsData }] : [],
        settings: REPLICATION,
        now: performance.now(),
      }),
      actions: (loop) =>
        (actions = new MysqlActions({
          store: this.name,
          nodes: setup.nodes,
          endpoints,
          context,
          readers: () => readers.following,
          ...loop,
        })),
      watch: (observed) =>
        watchMysql({
          ...observed,
          reach: (node) => endpoints.observerOf(node),
          onLost: (node, reason) => actions?.lost(node, reason),
        }),
      onEvent: (state, told) => told.notice(state),
    });
    readers.start();
  }

  get isSettled(): boolean {
    const readers = this.#readers;
    return this.#replicated.isSettled && readers?.following.length === readers?.nodes.length;
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
    this.#replicated.onChange(listener);
  }

  urls(zone: string): { readonly writer: string; readonly reader: string } {
    const { user, password } = applicationLogin(this.#context.secrets, this.name);
    return this.#replicated.urls(
      zone,
      ({ host, port }) => `mysql://${user}:${password}@${host}:${port}/${APPLICATION}`,
    );
  }

  status(): StoreStatus | null {
    const status = this.#replicated.status(this.#store.kind, this.program, "synchronous", ({ sync }) =>
      sync.mode === "in-sync" ? "in sync" : "streaming",
    );
    return status && { ...status, nodes: [...status.nodes, ...(this.#readers?.status ?? [])] };
  }

  get nodes(): readonly MysqlNode[] {
    return [...this.#replicated.nodes, ...(this.#readers?.nodes ?? [])];
  }

  get primary(): string | null {
    return this.#replicated.state?.primary ?? null;
  }

  async renew(): Promise<void> {
    // Read replicas see to themselves.
    for (const node of this.#replicated.nodes) {
      if (node.id === this.primary) await node.initialise();
      else if (!node.holdsData) this.#replicated.tell({ kind: "needs-rebuild", node: node.id });
    }
  }

  get #primaryNode(): MysqlNode | null {
    const node = this.nodes.find(({ id }) => id === this.primary);
    return node && node.pid !== null ? node : null;
  }

  /** That node, once it takes writes. */
  get #openPrimary(): MysqlNode | null {
    const { state } = this.#replicated;
    return state && state.failover === null && state.writer === state.primary ? this.#primaryNode : null;
  }

  async stop(): Promise<void> {
    await this.#initialised;
    await this.#readers?.end(STOP_WITHIN_MS);
    await this.#replicated.stop();
  }
}

/** Makes the data directory of the primary, and where that is new those of the others as well; says whether it is new. */
async function initialise(first: MysqlNode, all: readonly MysqlNode[]): Promise<boolean> {
  const isNew = await first.initialise();
  if (isNew) for (const other of all) if (other !== first) await other.beginAs(first);
  return isNew;
}
