import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readdir, rename, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TwinContext } from "../twin-context.ts";

/** How often a bucket is looked through for new objects. */
const LOOK_EVERY_MS = 4_000;

/**
 * The copy of a bucket in another region. As S3's replication does it, new and changed objects are copied, and what is
 * deleted stays in the copy.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
export class BucketCopy {
  readonly store: string;
  readonly #context: TwinContext;
  #next = 0;

  constructor(store: string, context: TwinContext) {
    this.store = store;
    this.#context = context;
  }

  /** The region that it is copied to; null where to none. */
  get region(): string | null {
    const store = this.#context.architecture.stores[this.store];
    return store?.kind === "bucket" ? (store.copyTo?.region ?? null) : null;
  }

  async tend(): Promise<void> {
    if (this.region === null || performance.now() < this.#next) return;
    this.#next = performance.now() + LOOK_EVERY_MS;
    await this.flush();
  }

  /** Copies what is not copied yet. */
  async flush(): Promise<void> {
    if (this.region === null || !existsSync(this.#folder)) return;
    const to = this.#copyIn(this.region);
    for (const entry of await readdir(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const from = join(entry.parentPath, entry.name);
      await copyWhereChanged(from, join(to, from.slice(this.#folder.length)));
    }
  }

  /** Fills an empty bucket from a region. @returns whether that region has anything of it. */
  async restore(region: string): Promise<boolean> {
    if (!existsSync(this.#copyIn(region))) return false;
    await cp(this.#copyIn(region), this.#folder, { recursive: true, preserveTimestamps: true });
    return true;
  }

  get isEmpty(): Promise<boolean> {
    return readdir(this.#folder).then(
      (names) => names.length === 0,
      () => true,
    );
  }

  get #folder(): string {
    return join(this.#context.state.data, this.store);
  }

  #copyIn(region: string): string {
    return join(this.#context.state.backups, region, this.store, "objects");
  }
}

async function copyWhereChanged(from: string, to: string): Promise<void> {
  const [source, copy] = await Promise.all([from, to].map((file) => stat(file).catch(() => null)));
  if (!source || (copy?.size === source.size && copy.mtimeMs === Math.floor(source.mtimeMs))) return;
  await mkdir(dirname(to), { recursive: true });
  const draft = `${to}.tmp`;
  await copyFile(from, draft);
  await utimes(draft, source.atime, source.mtime);
  await rename(draft, to);
}
