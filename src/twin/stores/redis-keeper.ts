import { initialReplication, type ReplicationState } from "#control/replication-state.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { sameMajor } from "#stores/redis/find.ts";
import type { StoreStatus } from "../status.ts";
import { CACHE_REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { readersOf } from "./readers.ts";
import { RedisActions } from "./redis-actions.ts";
import type { Redis } from "./redis-memory.ts";
import type { RedisNode } from "./redis-node.ts";
import { makeRedisNodes, redisPasswords, type RedisSetup } from "./redis-setup.ts";
import { watchRedis } from "./redis-watch.ts";
import { RedisBackups } from "../backups/redis-backups.ts";
import { RedisCredentials } from "../rotation/redis-credentials.ts";
import { ReplicatedStore } from "./replicated-store.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

/** Keeps one Redis store: a primary with the replicas that follow it, one of which may take over, or a single node. */
export class RedisKeeper implements StoreKeeper {
  readonly name: string;
  readonly #store: Redis;
  readonly #context: TwinContext;
  readonly #replicated: ReplicatedStore<RedisNode>;
  readonly backups: RedisBackups;
  readonly credentials = new RedisCredentials(() => this.nodes);
  #setup: RedisSetup | undefined;
  #endpoints: StoreEndpoints | undefined;
  /** The replicas that reads were last sent to. */
  #readers: readonly string[] = [];

  constructor(name: string, store: Redis, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#replicated = new ReplicatedStore(name, context);
    this.backups = new RedisBackups(name, context, this);
  }

  get hopeless(): Promise<never> {
    return this.#replicated.hopeless;
  }

  get program(): string {
    if (!this.#setup) return "Redis";
    const { version, source } = this.#setup.programs;
    return `Redis ${version} from ${source}`;
  }

  async start(signal: AbortSignal): Promise<void> {
    const context = this.#context;
    this.backups.prepare();
    const setup = await makeRedisNodes(this.name, this.#store, context);
    const { nodes } = setup;
    this.#noticeVersion(setup);
    const place = { name: this.name, tier: this.#store.subnets, port: STORE_PORTS.redis };
    const endpoints = await StoreEndpoints.open(place, [...nodes.values()], context);
    signal.throwIfAborted();

    this.#setup = setup;
    this.#endpoints = endpoints;
    await this.#open(setup, endpoints);
  }

  async #open(setup: RedisSetup, endpoints: StoreEndpoints): Promise<void> {
    const [context, { nodes }] = [this.#context, setup];
    const [first, ...others] = this.#replicated.primaryFile.first([...nodes.values()]);
    await this.#replicated.open({
      nodes,
      endpoints,
      initial: initialReplication({
        primary: first.id,
        replicas: others.map(({ id }) => ({ node: id, hasData: true })),
        settings: { ...CACHE_REPLICATION, promotes: this.#store.multiZone ? "least-lag" : "nobody" },
        now: performance.now(),
      }),
      actions: (loop) => new RedisActions({ store: this.name, nodes, endpoints, context, ...loop }),
      watch: (observed) => watchRedis({ ...observed, reach: (node) => endpoints.observerOf(node) }),
      onEvent: (state, actions) => this.#noticeReaders(state, setup, actions),
    });
  }

  get isSettled(): boolean {
    return this.#replicated.isSettled;
  }

  onChange(listener: () => void): void {
    this.#replicated.onChange(listener);
  }

  urls(zone: string): { readonly writer: string; readonly reader: string } {
    const { application } = redisPasswords(this.name, this.#context.secrets);
    return this.#replicated.urls(zone, ({ host, port }) => `redis://default:${application}@${host}:${port}`);
  }

  status(): StoreStatus | null {
    return this.#replicated.status(this.#store.kind, this.program, "asynchronous", () => "following");
  }

  get nodes(): readonly RedisNode[] {
    return this.#replicated.nodes;
  }

  get primary(): string | null {
    return this.#replicated.state?.primary ?? null;
  }

  /** A Redis makes its directory when it starts. */
  async renew(): Promise<void> {
    this.backups.prepare();
  }

  /** The node that takes writes, while it runs. */
  get primaryNode(): RedisNode | null {
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

  stop(): Promise<void> {
    return this.#replicated.stop();
  }

  /** Reads go to the replicas that follow, and to the primary while none does. */
  #noticeReaders(state: ReplicationState, { nodes }: RedisSetup, actions: RedisActions): void {
    const readers = readersOf(state, [...nodes.values()]).map(({ id }) => id);
    if (readers.join() === this.#readers.join()) return;
    for (const id of readers.filter((reader) => !this.#readers.includes(reader)))
      this.#context.events.record("info", id, `has what ${state.primary} has, and follows it`);
    this.#readers = readers;
    actions.pointReaders();
  }

  #noticeVersion({ programs }: RedisSetup): void {
    if (sameMajor(programs.version, this.#store.version)) return;
    const message = `Redis ${programs.version} runs in place of the declared ${this.#store.version}: there is no other here`;
    this.#context.events.record("warning", this.name, message);
  }
}
