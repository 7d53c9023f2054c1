import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StoreStatus } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import type { StoreKeeper } from "./store-keeper.ts";

/** A bucket on the twin is a folder; services get it as a file URL. */
export class BucketKeeper implements StoreKeeper {
  readonly name: string;
  readonly program = "a folder";
  readonly isSettled = true;
  readonly hopeless = new Promise<never>(() => {});
  readonly nodes = [];
  readonly primary = null;
  readonly credentials = null;
  readonly backups = null;
  readonly #folder: string;

  constructor(name: string, context: TwinContext) {
    this.name = name;
    this.#folder = join(context.state.data, name);
  }

  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
  }

  onChange(): void {}

  urls(): { writer: string; reader: string } {
    const url = pathToFileURL(this.#folder).href;
    return { writer: url, reader: url };
  }

  status(): StoreStatus {
    const { writer, reader } = this.urls();
    return {
      name: this.name,
      kind: "bucket",
      program: this.program,
      replication: "none",
      protected: false,
      nodes: [],
      writer,
      reader,
    };
  }

  renew(): Promise<void> {
    return this.start();
  }

  async stop(): Promise<void> {}
}
