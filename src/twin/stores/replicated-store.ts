import { replicationLoop } from "#control/replication.ts";
import {
  type ReplicationAction,
  type ReplicationEvent,
  type ReplicationState,
  summarizeReplication,
} from "#control/replication-state.ts";
import { PlumblineError } from "#model/errors.ts";
import type { StoreKind } from "#model/stores/store.ts";
import type { Address } from "../addresses.ts";
import { LoopRunner } from "../loop-runner.ts";
import type { StoreStatus } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import type { Observed } from "./observe.ts";
import { PrimaryFile } from "./primary-file.ts";
import type { StoreEndpoints } from "./store-endpoints.ts";

const STOP_WITHIN_MS = 10_000;

/** A server of a store, whatever program it is. */
export interface StoreNode {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  readonly pid: number | null;
  stop(timeoutMs: number): Promise<void>;
  /** No process of the node is left when this returns. */
  kill(): Promise<void>;
  /** Settles when the process that runs now has ended; null where none runs. */
  readonly ended: Promise<void> | null;
  /** Stops every process of it as it is. */
  freeze(): void;
  /** Lets it go on. */
  thaw(): void;
}

/** Who carries out what the replication controller asks for. */
export interface StoreActions {
  perform(action: ReplicationAction): void;
  /** Feeds nothing any more; returns when what was under way is over. */
  end(): Promise<void>;
}

/** What the actions work with, and who hears of their outcome. */
export interface StoreLoop {
  readonly state: () => ReplicationState;
  readonly feed: (event: ReplicationEvent) => void;
  /** Told before the writer endpoint leads to a node: once it does, only that node has every acknowledged write. */
  readonly beforeWriter: (node: string) => void;
  readonly afterWriter: () => void;
  readonly onStartFailed: (error: Error) => void;
  /** What cannot be mended by trying again is noticed. */
  readonly onFailure: (error: Error) => void;
}

/** What there is of the store once it has begun to start. */
interface Running<Node> {
  readonly nodes: readonly Node[];
  readonly endpoints: StoreEndpoints;
  readonly actions: StoreActions;
  readonly loop: LoopRunner<ReplicationState, ReplicationEvent, ReplicationAction>;
}

/** The nodes of a store under its replication controller: what every kind of replicated store has in common. */
export class ReplicatedStore<Node extends StoreNode> {
  readonly primaryFile: PrimaryFile;
  readonly #name: string;
  readonly #context: TwinContext;
  #watching = new AbortController();
  #opened = Promise.withResolvers<void>();
  readonly #hopeless = Promise.withResolvers<never>();
  #running: Running<Node> | undefined;
  #changed = () => {};

  constructor(name: string, context: TwinContext) {
    this.#name = name;
    this.#context = context;
    this.primaryFile = new PrimaryFile(context.state, name);
    this.#hopeless.promise.catch(() => {});
  }

  /** Runs the controller; returns when the writer endpoint leads to a primary. */
  async open<Actions extends StoreActions>(parts: {
    readonly nodes: ReadonlyMap<string, Node>;
    readonly endpoints: StoreEndpoints;
    readonly initial: ReplicationState;
    readonly actions: (loop: StoreLoop) => Actions;
    readonly watch: (observed: Observed<Node>) => Promise<void>;
    /** Told after each event. */
    readonly onEvent?: (state: ReplicationState, actions: Actions) => void;
  }): Promise<void> {
    const { endpoints, initial } = parts;
    // A store that was stopped may be opened again, with other data.
    this.#watching = new AbortController();
    this.#opened = Promise.withResolvers();
    const nodes = [...parts.nodes.values()];
    const loop = new LoopRunner(replicationLoop, initial, (action) => actions.perform(action));
    const state = () => loop.state;
    const feed = (event: ReplicationEvent) => {
      loop.feed(event);
      parts.onEvent?.(loop.state, actions);
      this.#changed();
    };
    const actions = parts.actions({
      state,
      feed,
      beforeWriter: (node) => this.primaryFile.write(node),
      afterWriter: () => this.#opened.resolve(),
      // Until the store was open once, nobody waits for it to mend itself: `up` says what is wrong.
      onStartFailed: (error) => {
        this.#opened.reject(error);
        this.#noticeFullDisk(error);
      },
      onFailure: (error) => this.#noticeFullDisk(error),
    });
    this.#running = { nodes, endpoints, actions, loop };
    void parts.watch({ nodes, state, feed, signal: this.#watching.signal });
    this.#followPlaces(nodes, feed);
    loop.feed({ kind: "tick" });
    await this.#opened.promise;
  }

  get hopeless(): Promise<never> {
    return this.#hopeless.promise;
  }

  /** None before it has begun to start. */
  get nodes(): readonly Node[] {
    return this.#running?.nodes ?? [];
  }

  get state(): ReplicationState | null {
    return this.#running?.loop.state ?? null;
  }

  /** Tells the controller what has come about in another way than by its own actions. */
  tell(event: ReplicationEvent): void {
    this.#running?.loop.feed(event);
  }

  get isSettled(): boolean {
    return (
      this.#running !== undefined &&
      !this.#watching.signal.aborted &&
      summarizeReplication(this.#running.loop.state).complete
    );
  }

  onChange(listener: () => void): void {
    this.#changed = listener;
  }

  /** The endpoints of a zone, as a URL each. Only after the store has begun to start. */
  urls(zone: string, urlOf: (address: Address) => string): { writer: string; reader: string } {
    const { writer, reader } = (this.#running as Running<Node>).endpoints.in(zone);
    return { writer: urlOf(writer), reader: urlOf(reader) };
  }

  status(
    kind: StoreKind,
    program: string,
    replication: "synchronous" | "asynchronous",
    following: (state: ReplicationState) => string,
  ): StoreStatus | null {
    if (!this.#running) return null;
    const { nodes, loop } = this.#running;
    const summary = summarizeReplication(loop.state);
    return {
      name: this.#name,
      kind,
      program,
      replication: nodes.length > 1 ? replication : "none",
      protected: summary.protected,
      nodes: nodes.map(({ id, zone, address, pid }) => ({
        id,
        zone,
        role: summary.nodes[id]?.role ?? "none",
        state: nodeState(loop.state, id, following),
        address: textOf(address),
        pid,
      })),
      ...this.urls(this.#context.architecture.zoneNames[0] as string, textOf),
    };
  }

  async stop(): Promise<void> {
    this.#watching.abort();
    this.#opened.resolve();
    if (!this.#running) return;
    const { nodes, actions, loop } = this.#running;
    loop.end();
    // A node that is being started could not be stopped yet.
    await actions.end();
    // The primary last, so that the others have everything that it has acknowledged.
    const { primary } = loop.state;
    await Promise.all(nodes.filter(({ id }) => id !== primary).map((node) => node.stop(STOP_WITHIN_MS)));
    await Promise.all(nodes.filter(({ id }) => id === primary).map((node) => node.stop(STOP_WITHIN_MS)));
  }

  /** Tells the controller which nodes cannot be reached, and which can be again. */
  #followPlaces(nodes: readonly Node[], feed: (event: ReplicationEvent) => void): void {
    const { places } = this.#context;
    const reachable = new Map(nodes.map((node) => [node, true]));
    const look = () => {
      for (const node of nodes) {
        const isOpen = places.isOpen(node);
        if (isOpen === reachable.get(node)) continue;
        reachable.set(node, isOpen);
        feed({ kind: isOpen ? "reachable" : "unreachable", node: node.id });
      }
    };
    const unsubscribe = places.onChange(look);
    this.#watching.signal.addEventListener("abort", unsubscribe);
    look();
  }

  #noticeFullDisk(error: Error): void {
    if (error instanceof PlumblineError && error.code === "DISK_FULL") this.#hopeless.reject(error);
  }
}

function textOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function nodeState(
  state: ReplicationState,
  id: string,
  following: (state: ReplicationState) => string,
): string {
  const node = state.nodes[id];
  if (node?.phase !== "running") return node?.phase ?? "down";
  if (id === state.primary) return "running";
  return node.streaming ? following(state) : "catching up";
}
