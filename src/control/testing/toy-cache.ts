import { ToyStore } from "./toy-store.ts";

/**
 * A primary and replicas that it does not wait for, without anything on disk: whoever starts has nothing, and a replica
 * fetches everything from the primary.
 */
export class ToyCache extends ToyStore {
  /** Which nodes have everything that some primary had, since they started. */
  readonly #whole = new Set<string>();

  override start(name: string, asPrimary: boolean): void {
    const node = this.node(name);
    if (node.process === "absent")
      Object.assign(node, { role: asPrimary ? "primary" : "standby", writes: new Set() });
    this.#whole.delete(name);
    super.start(name, asPrimary);
  }

  override stream(name: string): boolean {
    const follows = super.stream(name);
    if (follows) this.#whole.add(name);
    return follows;
  }

  override promote(name: string): void {
    const node = this.node(name);
    if (node.role === "primary") return;
    if (!this.#whole.has(name)) throw new Error(`${name} is promoted without a whole copy.`);
    // A deposed primary that is gone comes back as what it is started as.
    for (const other of this.names)
      if (this.node(other).process === "absent") this.node(other).role = "standby";
    node.role = "primary";
  }

  override checkWritable(): void {
    const writer = this.writer === null ? undefined : this.node(this.writer);
    const before = writer?.writes.size ?? 0;
    this.write();
    if (writer?.writes.size !== before + 1) throw new Error("A write is not taken in the end.");
    for (const name of this.names.filter((each) => each !== this.writer)) {
      if (!this.stream(name) || !this.isComplete(name, this.writer ?? ""))
        throw new Error(`${name} does not follow the primary in the end.`);
    }
  }
}
