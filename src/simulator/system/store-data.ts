import { must } from "./violation.ts";

/** What the data directory and the process of a store's node are, without anybody who decides about them. */
export interface NodeData {
  readonly name: string;
  readonly zone: number;
  process: "absent" | "running" | "hung";
  /** How often it was started. */
  incarnation: number;
  /** What its data makes it when it starts. */
  role: "primary" | "standby" | "nothing";
  /** For whom the primary waits; kept through a restart. */
  syncWith: NodeData | null;
  /** The numbers of the writes that it has, in their order. */
  log: number[];
  /** Which history its log is a part of; a promotion begins a new one. */
  timeline: number;
  connected: boolean;
  /** Whether what it would need to follow the primary is gone. */
  lostLog: boolean;
  /** A replica of a cache: it has had everything that some primary had, since it started. */
  whole: boolean;
}

/**
 * The nodes of a store as logs of numbered writes, with what a client was told of them. `durable` is a database, whose data stays when its
 * process ends and whose primary can wait for a standby; otherwise it is a cache, which starts empty
 * and fetches everything.
 */
export class StoreData {
  readonly name: string;
  readonly durable: boolean;
  readonly nodes: readonly NodeData[];
  readonly acknowledged: number[] = [];
  /** Written on the primary, but it waits for the standby. */
  #pending: number[] = [];
  #timelines = 1;

  constructor(name: string, durable: boolean, zones: readonly number[]) {
    this.name = name;
    this.durable = durable;
    this.nodes = zones.map((zone, index) => ({
      name: `${name}-${"abcdef"[index]}`,
      zone,
      process: "absent",
      incarnation: 0,
      role: index === 0 ? "primary" : "nothing",
      syncWith: null,
      log: [],
      timeline: 1,
      connected: false,
      lostLog: false,
      whole: false,
    }));
  }

  /** Whether a primary that runs keeps clients waiting for its standby. */
  get hangs(): boolean {
    return this.#pending.length > 0 && this.primary()?.process === "running";
  }

  node(name: string): NodeData {
    const node = this.nodes.find((each) => each.name === name);
    if (node === undefined) throw new Error(`No node ${name}.`);
    return node;
  }

  /** The node that takes writes, or would if it ran. */
  primary(): NodeData | undefined {
    return this.nodes.find(({ role }) => role === "primary");
  }

  start(node: NodeData, asPrimary: boolean): void {
    must(node.process === "absent", "started twice", () => `${node.name} is started while it runs.`);
    if (!this.durable) {
      node.role = asPrimary ? "primary" : "standby";
      node.log = [];
      node.whole = false;
    }
    must(node.role !== "nothing", "started without data", () => `${node.name} is started without data.`);
    node.process = "running";
    node.incarnation += 1;
  }

  kill(node: NodeData): void {
    // Nobody was told that these were written, and nobody will be.
    if (node.role === "primary") this.#pending = [];
    node.process = "absent";
    node.connected = false;
  }

  erase(node: NodeData): void {
    this.kill(node);
    Object.assign(node, { role: "nothing", syncWith: null, lostLog: false, log: [] });
    const someoneHas = this.nodes.some((each) => this.hasAcknowledged(each));
    must(someoneHas, "lost writes", () => `With ${node.name} the last whole copy of ${this.name} is erased.`);
  }

  copy(node: NodeData, from: NodeData): boolean {
    if (from.process !== "running" || from.role !== "primary" || node.process !== "absent") return false;
    Object.assign(node, { role: "standby", log: [...from.log], timeline: from.timeline, lostLog: false });
    return true;
  }

  promote(node: NodeData): void {
    if (node.role === "primary") return;
    if (this.durable) {
      const missing = this.acknowledged.length - this.#acknowledgedIn(node);
      must(
        missing === 0,
        "lost writes",
        () => `${node.name} is promoted without ${missing} acknowledged writes.`,
      );
    } else {
      must(node.whole, "partial copy", () => `${node.name} is promoted without a whole copy.`);
      // A deposed primary that is gone comes back as what it is started as.
      for (const other of this.nodes) if (other.process === "absent") other.role = "standby";
    }
    Object.assign(node, { role: "primary", syncWith: null, connected: false });
    this.#timelines += 1;
    node.timeline = this.#timelines;
  }

  setSync(primary: NodeData, standby: NodeData | null): void {
    primary.syncWith = standby;
    if (standby === null) this.#acknowledgePending();
  }

  /** Lets a standby catch up if it can; says whether it follows the primary. */
  stream(node: NodeData, reachesPrimary: (primary: NodeData) => boolean): boolean {
    const primary = this.primary();
    node.connected =
      primary?.process === "running" &&
      node.process === "running" &&
      !node.lostLog &&
      reachesPrimary(primary) &&
      (!this.durable || node.timeline === primary.timeline);
    if (!node.connected || primary === undefined) return false;
    if (node.timeline !== primary.timeline) node.log = [];
    node.timeline = primary.timeline;
    for (let index = node.log.length; index < primary.log.length; index += 1)
      node.log.push(primary.log[index] as number);
    node.whole = true;
    if (primary.syncWith === node) this.#acknowledgePending();
    return true;
  }

  isComplete(standby: NodeData, primary: NodeData): boolean {
    return (
      standby.process === "running" &&
      standby.timeline === primary.timeline &&
      standby.log.length === primary.log.length
    );
  }

  /** A write that a client has brought to a node. Says whether it was acknowledged at once. */
  write(node: NodeData, number: number, reaches: (other: NodeData) => boolean): boolean {
    if (node.process !== "running" || node.role !== "primary") return false;
    node.log.push(number);
    const { syncWith } = node;
    if (syncWith !== null) {
      if (!syncWith.connected || syncWith.process !== "running" || !reaches(syncWith)) {
        this.#pending.push(number);
        return false;
      }
      // What hung before it is written before it.
      for (let index = syncWith.log.length; index < node.log.length; index += 1)
        syncWith.log.push(node.log[index] as number);
      this.#acknowledgePending();
    }
    this.acknowledged.push(number);
    return true;
  }

  hasAcknowledged(node: NodeData): boolean {
    return this.#acknowledgedIn(node) === this.acknowledged.length;
  }

  /** How many acknowledged writes a node has; both lists are in the order of the numbers. */
  #acknowledgedIn({ log }: NodeData): number {
    let found = 0;
    let at = 0;
    for (const number of this.acknowledged) {
      while (at < log.length && (log[at] as number) < number) at += 1;
      if (log[at] === number) found += 1;
    }
    return found;
  }

  #acknowledgePending(): void {
    for (const number of this.#pending) this.acknowledged.push(number);
    this.#pending = [];
  }
}
