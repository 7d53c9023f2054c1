import { existsSync, lstatSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeOpen } from "../account.ts";
import { renameDurably, writeDurably } from "./durable.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { readReport, type Report, REPORT } from "./report.ts";

/** A backup as it is listed. One that cannot even be read is listed with the reason. */
export interface Listed {
  readonly lineage: string;
  readonly id: string;
  readonly folder: string;
  readonly manifest: Manifest | null;
  readonly unreadable: string | null;
  /** What became of it when it was restored to try it; null until then. */
  readonly report: Report | null;
}

const PARTIAL = ".partial";
const CURRENT = "current";

/**
 * The backups of one store in one region: where AWS has snapshots and a log in S3. Each lineage, an uninterrupted history
 * of the store's data, has a folder; a restore begins another one, because the same positions of the log then mean
 * something else. `current` leads to the one that the store is in.
 *
 * ```
 * database/current -> 20261121T160102123Z
 * database/20261121T160102123Z/incoming/   the log as the server has archived it
 *                              wal/        the log, compressed
 *                              bases/20261121T160112345Z/{manifest.json,data.pack,report.json}
 * ```
 */
export class Vault {
  readonly folder: string;

  /** @param bucket a region's */
  constructor(bucket: string, store: string) {
    this.folder = join(bucket, store);
  }

  /** The path that leads to the present lineage, whichever it is. */
  get current(): string {
    return join(this.folder, CURRENT);
  }

  get currentLineage(): string | null {
    try {
      return readlinkSync(this.current);
    } catch {
      return null;
    }
  }

  lineageFolder(lineage: string): string {
    return join(this.folder, lineage);
  }

  baseFolder(lineage: string, id: string): string {
    return join(this.folder, lineage, "bases", id);
  }

  /** Begins another history of the store's data. */
  begin(lineage: string): void {
    makeOpen(this.lineageFolder(lineage));
    const fresh = `${this.current}.tmp`;
    rmSync(fresh, { force: true });
    symlinkSync(lineage, fresh);
    renameSync(fresh, this.current);
  }

  /** In the order of time. */
  lineages(): string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => STAMP.test(name) && lstatSync(join(this.folder, name)).isDirectory())
      .sort();
  }

  /** Every whole backup, in the order of time. */
  async list(): Promise<Listed[]> {
    const all = this.lineages().flatMap((lineage) => this.#ids(lineage).map((id) => ({ lineage, id })));
    return Promise.all(
      all.map(async ({ lineage, id }) => {
        const folder = this.baseFolder(lineage, id);
        const [manifest, unreadable] = await readManifest(folder).then(
          (read) => [read, null] as const,
          (error: Error) => [null, error.message] as const,
        );
        return { lineage, id, folder, manifest, unreadable, report: await readReport(folder) };
      }),
    );
  }

  /** The folder in which a backup is made; it is none until `commit`. */
  async draft(lineage: string, id: string): Promise<string> {
    const folder = `${this.baseFolder(lineage, id)}${PARTIAL}`;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async commit(lineage: string, id: string): Promise<void> {
    const folder = this.baseFolder(lineage, id);
    await renameDurably(`${folder}${PARTIAL}`, folder);
  }

  /** Copies a whole backup to another region. */
  async copyTo(
    other: Vault,
    { lineage, id, folder }: Pick<Listed, "lineage" | "id" | "folder">,
  ): Promise<void> {
    const draft = await other.draft(lineage, id);
    await cp(folder, draft, { recursive: true });
    await other.commit(lineage, id);
  }

  async report(lineage: string, id: string, report: Report): Promise<void> {
    const folder = this.baseFolder(lineage, id);
    if (existsSync(folder)) await writeDurably(join(folder, REPORT), `${JSON.stringify(report)}\n`);
  }

  /** Removes a backup: first its name, so that half of one is never listed. */
  async remove({ lineage, id }: Pick<Listed, "lineage" | "id">): Promise<void> {
    const folder = this.baseFolder(lineage, id);
    await renameDurably(folder, `${folder}${PARTIAL}`);
    await rm(`${folder}${PARTIAL}`, { recursive: true, force: true });
  }

  /** Removes what a backup that was interrupted has left. Only while none is being made. */
  async removeDrafts(): Promise<void> {
    for (const lineage of this.lineages()) {
      const bases = join(this.lineageFolder(lineage), "bases");
      for (const name of existsSync(bases) ? await readdir(bases) : [])
        if (name.endsWith(PARTIAL)) await rm(join(bases, name), { recursive: true, force: true });
    }
  }

  #ids(lineage: string): string[] {
    const bases = join(this.lineageFolder(lineage), "bases");
    if (!existsSync(bases)) return [];
    return readdirSync(bases)
      .filter((name) => STAMP.test(name))
      .sort();
  }
}

const STAMP = /^\d{8}T\d{9}Z$/;

/** A name for what begins at a time: later ones sort behind earlier ones. */
export function stampOf(time: Date): string {
  return time.toISOString().replaceAll(/[-:.]/g, "");
}

/** When what has that name began, RFC 3339. */
export function timeOf(stamp: string): string {
  return stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, "$1-$2-$3T$4:$5:$6.$7Z");
}

/** The names of the stores that a region's bucket has anything of. */
export function storesIn(bucket: string): string[] {
  if (!existsSync(bucket)) return [];
  return readdirSync(bucket, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
