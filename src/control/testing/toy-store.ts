interface ToyNode {
  process: "absent" | "running" | "frozen";
  /** How often it was started. */
  incarnation: number;
  /** What its data makes it when it starts. */
  role: "primary" | "standby" | "nothing";
  /** For whom the primary waits; kept through a restart. */
  syncWith: string | null;
  writes: Set<number>;
  connected: boolean;
  /** Whether what it would need to follow the primary is gone. */
  lostLog: boolean;
}

/** Six seconds of writes: longer than any time after which a lost standby is noticed in the tests. */
const maxHanging = 120;

/** A primary and a standby as sets of writes, with a client that knows which ones were acknowledged. */
export class ToyStore {
  writer: string | null = null;
  /** How many faults part the nodes at present. */
  cuts = 0;
  readonly names: readonly string[];
  readonly #nodes = new Map<string, ToyNode>();
  readonly #acknowledged = new Set<number>();
  /** Written to the primary, but it waits for the standby. */
  #pending = new Set<number>();
  /** How many writes in a row the primary took and did not acknowledge. */
  #hanging = 0;
  #nextWrite = 1;

  constructor(names: readonly string[], primary: string) {
    this.names = names;
    for (const name of names) {
      const role = name === primary ? "primary" : "nothing";
      const blank = {
        process: "absent",
        incarnation: 0,
        syncWith: null,
        connected: false,
        lostLog: false,
      } as const;
      this.#nodes.set(name, { ...blank, role, writes: new Set() });
    }
  }

  node(name: string): ToyNode {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`No node ${name}.`);
    return node;
  }

  answers(name: string): boolean {
    return this.node(name).process === "running";
  }

  standbys(): readonly string[] {
    return this.names.filter((name) => this.node(name).role === "standby");
  }

  /** @param _asPrimary of no meaning here: its data says what a node is. */
  start(name: string, _asPrimary: boolean): void {
    const node = this.node(name);
    if (node.process !== "absent") throw new Error(`${name} is started while it runs.`);
    if (node.role === "nothing") throw new Error(`${name} is started without data.`);
    node.process = "running";
    node.incarnation += 1;
  }

  kill(name: string): void {
    const node = this.node(name);
    // Nobody was told that these were written, and nobody will be.
    if (node.role === "primary") this.#forgetPending();
    node.process = "absent";
    node.connected = false;
  }

  freeze(name: string): void {
    const node = this.node(name);
    if (node.process === "running") node.process = "frozen";
  }

  thaw(name: string): void {
    const node = this.node(name);
    if (node.process === "frozen") node.process = "running";
  }

  erase(name: string): void {
    this.kill(name);
    Object.assign(this.node(name), { role: "nothing", syncWith: null, lostLog: false, writes: new Set() });
  }

  copy(name: string, from: string): boolean {
    const source = this.node(from);
    if (!this.answers(from) || source.role !== "primary" || this.cuts > 0) return false;
    Object.assign(this.node(name), { role: "standby", writes: new Set(source.writes) });
    return true;
  }

  promote(name: string): void {
    const node = this.node(name);
    node.role = "primary";
    node.syncWith = null;
    node.connected = false;
    const lost = [...this.#acknowledged].filter((write) => !node.writes.has(write));
    if (lost.length > 0) throw new Error(`${name} is promoted without ${lost.length} acknowledged writes.`);
  }

  setSync(primary: string, standby: string | null): void {
    this.node(primary).syncWith = standby;
    if (standby === null) this.#acknowledgePending();
  }

  /** Lets a standby catch up if it can; says whether it follows the primary. */
  stream(name: string): boolean {
    const node = this.node(name);
    const primary = this.#primary();
    const ready =
      primary?.process === "running" && node.process === "running" && this.cuts === 0 && !node.lostLog;
    node.connected = ready;
    if (!ready || primary === undefined) return false;
    for (const write of primary.writes) node.writes.add(write);
    if (primary.syncWith === name) this.#acknowledgePending();
    return true;
  }

  isComplete(standby: string, primary: string): boolean {
    const node = this.node(standby);
    return node.process === "running" && this.node(primary).writes.isSubsetOf(node.writes);
  }

  /** One write by the client, through the endpoint. */
  write(): void {
    const target = this.writer === null ? undefined : this.node(this.writer);
    if (target?.process !== "running" || target.role !== "primary") return;
    const write = this.#nextWrite;
    this.#nextWrite += 1;
    target.writes.add(write);
    if (target.syncWith === null) {
      this.#acknowledged.add(write);
      return;
    }
    const standby = this.node(target.syncWith);
    const reached = standby.connected && standby.process === "running" && this.cuts === 0;
    if (reached) standby.writes.add(write);
    if (reached) this.#acknowledged.add(write);
    else this.#pending.add(write);
    this.#hanging = reached ? 0 : this.#hanging + 1;
    if (this.#hanging > maxHanging)
      throw new Error(`${this.#hanging} writes hang, waiting for ${target.syncWith}.`);
  }

  check(): void {
    const writable = this.names.filter(
      (name) => this.node(name).role === "primary" && this.node(name).process !== "absent",
    );
    if (writable.length > 1) throw new Error(`${writable.join(" and ")} are both writable.`);
  }

  checkWritable(standby: string | null): void {
    const before = this.#acknowledged.size;
    this.write();
    if (this.#acknowledged.size === before || this.#pending.size > 0)
      throw new Error("A write is not acknowledged in the end.");
    const primary = this.#primary();
    const complete = [...this.#acknowledged].every((write) => primary?.writes.has(write));
    if (!complete) throw new Error("Acknowledged writes are missing in the end.");
    if (primary?.syncWith !== standby)
      throw new Error(`In the end the primary waits for ${primary?.syncWith}, not for ${standby}.`);
  }

  #primary(): ToyNode | undefined {
    return [...this.#nodes.values()].find((node) => node.role === "primary");
  }

  #acknowledgePending(): void {
    for (const write of this.#pending) this.#acknowledged.add(write);
    this.#forgetPending();
  }

  #forgetPending(): void {
    this.#pending = new Set();
    this.#hanging = 0;
  }
}
