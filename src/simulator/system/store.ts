import type { ControlLoop } from "#control/controller.ts";
import {
  type ReplicationAction,
  type ReplicationEvent,
  type ReplicationState,
  initialReplication,
  summarizeReplication,
} from "#control/replication-state.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { Surroundings } from "./surroundings.ts";
import { SUPERVISOR } from "./network.ts";
import { StoreAgent } from "./store-agent.ts";
import { type NodeData, StoreData } from "./store-data.ts";
import { watchStore } from "./store-watch.ts";
import { SupervisedLoop } from "./supervised-loop.ts";
import { Violation, must } from "./violation.ts";

export type ReplicationLoop = ControlLoop<ReplicationState, ReplicationEvent, ReplicationAction>;

export interface StoreOptions {
  readonly name: string;
  /** A database, or else a cache. */
  readonly durable: boolean;
  /** How many nodes, the first primary included; they are in different zones as far as there are some. */
  readonly nodes: number;
  readonly promotes: ReplicationState["settings"]["promotes"];
}

/** All times in milliseconds; their proportions are those of a twin. */
const SETTINGS = {
  probeFailures: 3,
  streamingGraceMs: 1800,
  startTimeoutMs: 3000,
  catchUpTimeoutMs: 4000,
  confirmTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 5000 },
} as const;

/** What makes starts and probes of a node fail at present; counts, because faults overlap. */
interface Ailments {
  slowStart: number;
  deadStart: number;
  lostProbes: number;
}

/** A replicated store: its controller, its nodes, and the runner between them. */
export class Store {
  readonly data: StoreData;
  readonly loop: SupervisedLoop<ReplicationState, ReplicationEvent, ReplicationAction>;
  failovers = 0;
  readonly #around: Surroundings;
  readonly #random: RandomStream;
  readonly #agents = new Map<NodeData, StoreAgent>();
  readonly #ailments = new Map<NodeData, Ailments>();
  /** No process of these was left after they were last told to start. */
  readonly #fenced = new Set<NodeData>();
  readonly #pointWriter: (node: NodeData) => void;
  /** Whom the controller holds for the primary. */
  #primary: NodeData;
  /** A primary that was replaced before its fence was confirmed. */
  #unfenced: NodeData | null = null;

  constructor(
    around: Surroundings,
    loop: ReplicationLoop,
    options: StoreOptions,
    pointWriter: (node: NodeData) => void,
  ) {
    const { name, durable, nodes, promotes } = options;
    const { kernel, network, schedule, supervisor } = around;
    this.#around = around;
    this.#random = around.stream(name);
    this.#pointWriter = pointWriter;
    const zones = Array.from({ length: nodes }, (_, index) => index % schedule.zones);
    this.data = new StoreData(name, durable, zones);
    const [primary, ...replicas] = this.data.nodes;
    if (primary === undefined) throw new Error("A store has a node.");
    this.#primary = primary;
    for (const node of this.data.nodes) {
      this.#agents.set(node, new StoreAgent(network, kernel, node.zone, schedule.outOfBand));
      this.#ailments.set(node, { slowStart: 0, deadStart: 0, lostProbes: 0 });
    }
    const initial = initialReplication({
      primary: primary.name,
      // A cache fetches everything anew; a standby has to be made first.
      replicas: replicas.map(({ name }) => ({ node: name, hasData: !durable })),
      settings: { ...SETTINGS, promotes },
      now: supervisor.now,
    });
    this.loop = new SupervisedLoop(supervisor, loop, {
      name,
      initial,
      perform: (action) => this.#perform(action),
      lookAround: (state, tell) => this.#lookAround(state, tell),
    });
    watchStore(around, this);
  }

  /** Throws when two nodes take writes, or would take them as soon as they continue. */
  check(): void {
    let writable: NodeData | null = null;
    for (const node of this.data.nodes) {
      if (node.role !== "primary" || node.process === "absent") continue;
      if (writable !== null)
        throw new Violation("split brain", `${writable.name} and ${node.name} are both writable.`);
      writable = node;
    }
  }

  /** What is not as it should be in the end; null when all is well. */
  complaint(): string | null {
    const summary = summarizeReplication(this.loop.state);
    if (!summary.complete) return `${this.data.name} is not complete: ${JSON.stringify(summary)}`;
    const primary = this.data.primary();
    if (primary?.process !== "running" || primary !== this.#primary)
      return `${this.data.name} has no primary that runs`;
    const others = this.data.nodes.filter((node) => node !== primary);
    const behind = others.find((node) => !node.connected);
    if (behind !== undefined) return `${behind.name} does not follow the primary`;
    if (!this.data.durable) return null;
    if (primary.syncWith !== (others[0] ?? null)) return `the primary waits for ${primary.syncWith?.name}`;
    return this.data.hasAcknowledged(primary) ? null : `${primary.name} lacks acknowledged writes`;
  }

  ailments(node: NodeData): Ailments {
    return this.#ailments.get(node) as Ailments;
  }

  crash(node: NodeData): void {
    if (node.process === "absent") return;
    this.data.kill(node);
    this.#note("is gone", node);
    this.#say(node, { kind: "exited", node: node.name, reason: "SIGKILL" });
  }

  hang(node: NodeData, forMs: number): void {
    if (node.process !== "running") return;
    const { incarnation } = node;
    node.process = "hung";
    this.#around.kernel.after(forMs, () => {
      if (node.process !== "hung" || node.incarnation !== incarnation) return;
      node.process = "running";
      this.#note("continues", node);
    });
  }

  /** Whether anything can be started there: the supervisor hears of it when a zone is lost, and when it is back. */
  sayReachable(node: NodeData): void {
    const { supervisor, isLost } = this.#around;
    supervisor.tell(() => {
      const kind = isLost(node.zone) ? "unreachable" : "reachable";
      this.loop.feed({ kind, node: node.name });
    });
  }

  #perform(action: ReplicationAction): void {
    switch (action.kind) {
      case "point-writer":
        return this.#pointWriter(this.data.node(action.node));
      case "start":
        return this.#askToStart(this.data.node(action.node));
      case "fence": {
        const node = this.data.node(action.node);
        return this.#command(node, this.#random.between(5, 150), () => {
          this.crash(node);
          this.#fenced.add(node);
          this.#say(node, { kind: "fenced", node: node.name, round: action.round });
        });
      }
      case "promote": {
        const node = this.data.node(action.node);
        if (node !== this.#primary && !this.#fenced.has(this.#primary)) this.#unfenced = this.#primary;
        this.#primary = node;
        return this.#command(node, this.#random.between(20, 300), () => this.#promote(node));
      }
      case "rebuild": {
        const [node, from] = [this.data.node(action.node), this.data.node(action.from)];
        this.#command(node, 0, () => this.data.erase(node));
        return this.#command(node, this.#random.between(100, 1500), () => this.#rebuild(node, from));
      }
      case "relax-sync": {
        const primary = this.data.node(action.primary);
        return this.#command(primary, this.#random.between(1, 200), () => this.#relax(primary, action.round));
      }
      case "require-sync": {
        const [primary, standby] = [this.data.node(action.primary), this.data.node(action.standby)];
        return this.#command(primary, this.#random.between(1, 200), () =>
          this.#require(primary, standby, action.round),
        );
      }
    }
  }

  #askToStart(node: NodeData): void {
    this.#fenced.delete(node);
    const isSlow = this.ailments(node).slowStart > 0;
    // Some of these starts never end by themselves.
    if (isSlow && this.#random.chance(30)) return;
    const slow = isSlow ? this.#random.between(500, 6000) : 0;
    this.#command(node, this.#random.between(20, 300) + slow, () => {
      const fails = this.ailments(node).deadStart > 0 || this.#around.isLost(node.zone);
      if (fails) return this.#say(node, { kind: "exited", node: node.name, reason: "exit code 1" });
      this.data.start(node, node.name === this.loop.state.primary);
      this.#note("runs", node);
      this.#say(node, { kind: "started", node: node.name });
    });
  }

  #promote(node: NodeData): void {
    if (!this.#takesCommands(node)) return;
    if (node.role !== "primary") this.failovers += 1;
    this.data.promote(node);
    this.#note("takes writes", node);
    this.check();
    // It may be gone by chance; then it may also come back.
    const unfenced = this.#unfenced;
    must(
      unfenced === null,
      "unfenced promotion",
      () => `${node.name} is promoted before ${unfenced?.name} was fenced.`,
    );
    this.#say(node, { kind: "promoted", node: node.name });
  }

  #rebuild(node: NodeData, from: NodeData): void {
    const copied =
      !this.#around.isLost(node.zone) &&
      this.#around.network.reaches(node.zone, from.zone) &&
      this.data.copy(node, from);
    if (copied) this.#say(node, { kind: "rebuilt", node: node.name });
    else this.#say(node, { kind: "rebuild-failed", node: node.name, reason: `no copy of ${from.name}` });
  }

  #relax(primary: NodeData, round: number): void {
    if (!this.#takesCommands(primary)) return;
    this.data.setSync(primary, null);
    this.#say(primary, { kind: "relaxed", node: primary.name, round });
  }

  #require(primary: NodeData, standby: NodeData, round: number): void {
    if (!this.#takesCommands(primary)) return;
    this.data.setSync(primary, standby);
    const { incarnation } = primary;
    const look = (): void => {
      if (primary.incarnation !== incarnation || primary.syncWith !== standby) return;
      if (primary.process === "running" && this.data.isComplete(standby, primary))
        this.#say(standby, { kind: "in-sync", node: standby.name, round });
      else this.#around.kernel.after(100, look);
    };
    look();
  }

  /** Whether a command over the node's own protocol gets there; one to a process that hangs ends unanswered. */
  #takesCommands(node: NodeData): boolean {
    const { network, schedule } = this.#around;
    const reached = network.reaches(SUPERVISOR, node.zone) && !this.#random.chance(schedule.lostCommands);
    return reached && node.process === "running";
  }

  #command(node: NodeData, durationMs: number, run: () => void): void {
    this.#agent(node).command(durationMs, run);
  }

  #say(node: NodeData, event: ReplicationEvent): void {
    this.report(node, () => event);
  }

  /** Says something of a node, in the order in which it happened, as it is when it arrives. */
  report(node: NodeData, event: () => ReplicationEvent): void {
    const { supervisor } = this.#around;
    const { life } = supervisor;
    // What was said to a supervisor that has died since, nobody hears.
    this.#agent(node).report(() => life === supervisor.life && this.loop.feed(event()));
  }

  /** What a supervisor that starts in the middle of things sees of each node, and of the endpoint. */
  #lookAround(state: ReplicationState, tell: (event: ReplicationEvent) => void): void {
    for (const node of this.data.nodes) {
      this.sayReachable(node);
      // What is under way says itself how it ends.
      if (this.#agent(node).isBusy) continue;
      const phase = state.nodes[node.name]?.phase;
      const [name, gone] = [node.name, node.process === "absent"];
      if (phase === "running" && gone) tell({ kind: "exited", node: name, reason: "gone" });
      if (phase === "starting" && gone) tell({ kind: "exited", node: name, reason: "not there" });
      if (phase === "starting" && !gone) tell({ kind: "started", node: name });
      if (phase === "rebuilding") tell({ kind: "rebuild-failed", node: name, reason: "interrupted" });
    }
    if (state.writer !== null) this.#pointWriter(this.data.node(state.writer));
  }

  #agent(node: NodeData): StoreAgent {
    return this.#agents.get(node) as StoreAgent;
  }

  #note(text: string, node: NodeData): void {
    this.#around.trace.note(this.#around.kernel.now, "world", this.data.name, text, node.name);
  }
}
