import type { Account } from "#stores/account.ts";
import type { Manifest } from "#stores/backup/manifest.ts";
import { pack, type PackedFile } from "#stores/backup/pack.ts";
import { unpack } from "#stores/backup/unpack.ts";
import { layOutData, layOutLog } from "#stores/postgresql/backup/lay-out.ts";

/** Work on many bytes, which a process of its own does: the supervisor has to answer in milliseconds. */
export type FileWork =
  | {
      readonly kind: "pack";
      readonly from: string;
      readonly files: readonly string[];
      readonly to: string;
      readonly steady: readonly string[];
    }
  | {
      readonly kind: "unpack";
      readonly pack: string;
      readonly files: readonly PackedFile[];
      readonly to: string;
      readonly account: Account | null;
    }
  | {
      /** A PostgreSQL data directory, and beside it the log that is to be replayed. */
      readonly kind: "lay-out";
      readonly folder: string;
      readonly manifest: Manifest;
      readonly lineage: string;
      readonly to: string;
      readonly log: string;
      /** The last segment of the log that is needed; null for all. */
      readonly last: string | null;
      readonly account: Account | null;
    };

/** What each kind of work returns. */
export interface FileWorkResults {
  readonly pack: PackedFile[];
  readonly unpack: null;
  readonly "lay-out": null;
}

export async function doFileWork(work: FileWork): Promise<FileWorkResults[FileWork["kind"]]> {
  switch (work.kind) {
    case "pack":
      return pack(work.from, work.files, work.to, work.steady);
    case "unpack":
      await unpack(work.pack, work.files, work.to, work.account ?? undefined);
      return null;
    case "lay-out": {
      const { manifest, folder, lineage, to, log, last } = work;
      const account = work.account ?? undefined;
      await layOutData({ folder, manifest }, to, account);
      if (manifest.log) await layOutLog(lineage, manifest.log, log, account, last ?? undefined);
      return null;
    }
  }
}
