import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivately } from "../state/files.ts";
import type { StateDirectory } from "../state/state-directory.ts";

/** Where the id of a store's primary is kept between runs: after a failover it is not the first node. */
export class PrimaryFile {
  readonly #file: string;

  constructor(state: StateDirectory, store: string) {
    this.#file = join(state.data, store, "primary");
  }

  write(id: string): void {
    writePrivately(this.#file, id);
  }

  /** The nodes, the last primary before the others; the first one where nothing was ever primary. */
  first<Node extends { readonly id: string }>(nodes: readonly Node[]): readonly [Node, ...Node[]] {
    const last = this.#read();
    return nodes.toSorted((a, b) => Number(b.id === last) - Number(a.id === last)) as [Node, ...Node[]];
  }

  #read(): string | undefined {
    try {
      return readFileSync(this.#file, "utf8").trim();
    } catch {
      return undefined;
    }
  }
}
