import { initialReplication, type ReplicationState } from "#control/replication-state.ts";
import { STORE_PORTS } from "#model/stores/store.ts";
import { sameMajor } from "#stores/redis/find.ts";
import type { StoreStatus } from "../status.ts";
import { CACHE_REPLICATION } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { readersOf, RedisActions } from "./redis-actions.ts";
import type { Redis } from "./redis-memory.ts";
import type { RedisNode } from "./redis-node.ts";
import { makeRedisNodes, redisPasswords, type RedisSetup } from "./redis-setup.ts";
import { watchRedis } from "./redis-watch.ts";
import { ReplicatedStore } from "./replicated-store.ts";
import { StoreEndpoints } from "./store-endpoints.ts";
import type { StoreKeeper } from "./store-keeper.ts";

/** Keeps one Redis store: a primary with the replicas that follow it, one of which may take over, or a single node. */
export class RedisKeeper implements StoreKeeper {
  readonly name: string;
  readonly #store: Redis;
  readonly #context: TwinContext;
  readonly #replicated: ReplicatedStore<RedisNode>;
  #setup: RedisSetup | undefined;
  /** The replicas that reads were last sent to. */
  #readers: readonly string[] = [];

  constructor(name: string, store: Redis, context: TwinContext) {
    this.name = name;
    this.#store = store;
    this.#context = context;
    this.#replicated = new ReplicatedStore(name, context);
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
    const setup = await makeRedisNodes(this.name, this.#store, context);
    const { nodes } = setup;
    this.#noticeVersion(setup);
    const endpoints = await StoreEndpoints.open(this.name, this.#store.subnets, STORE_PORTS.redis, context);
    signal.throwIfAborted();

    this.#setup = setup;
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
      watch: watchRedis,
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
