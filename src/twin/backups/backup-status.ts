import type { Report } from "#stores/backup/report.ts";

/** One backup: a copy of a store from which, with the log behind it, the store can be restored. Times are RFC 3339. */
export interface BackupStatus {
  readonly id: string;
  /** Names the uninterrupted history of the store's data that it belongs to; a restore begins another one. */
  readonly lineage: string;
  readonly region: string;
  readonly startedAt: string | null;
  /** The first moment that can be restored from it. */
  readonly finishedAt: string | null;
  /** Of the data, and what they take compressed. */
  readonly bytes: number;
  readonly storedBytes: number;
  /** `untried` until it was restored in the background to see whether it can be. */
  readonly state: "untried" | "restores" | "broken";
  /** What was read when it was restored; null until then. */
  readonly report: Report | null;
  /** Why it cannot be used; null where nothing is known against it. */
  readonly failure: string | null;
}

/** A span of time to any moment of which a store can be restored; `to` is null where it reaches until now. */
export interface RestorableSpan {
  readonly from: string;
  readonly to: string | null;
}

export interface StoreBackupStatus {
  readonly store: string;
  /** The regions that have backups of it, the architecture's own first. */
  readonly regions: readonly string[];
  /** At most so long is a write in no bucket; null where nothing but whole backups is taken, or nobody knows. */
  readonly archiveEveryMs: number | null;
  /** What hinders its backups at the moment; null where nothing does. */
  readonly trouble: string | null;
  readonly restorable: readonly RestorableSpan[];
  /** In every region, in the order of time. */
  readonly backups: readonly BackupStatus[];
}

/** A store that was restored beside the one that it is a copy of. */
export interface RestoredStore {
  readonly name: string;
  readonly of: string;
  /** `host:port`. */
  readonly address: string;
  readonly directory: string;
}

/** What `GET /v1/backups` and `plumbline backup --list --json` give. */
export interface BackupsStatus {
  readonly stores: readonly StoreBackupStatus[];
  /** What is done in the background at the moment: `backs up database`; null where nothing is. */
  readonly underWay: string | null;
  readonly restored: readonly RestoredStore[];
}

/** What `status` shows of a store's backups. */
export interface BackupSummary {
  readonly store: string;
  readonly backups: number;
  /** When the last one was finished; null where there is none. */
  readonly last: string | null;
  /** How many cannot be restored. */
  readonly broken: number;
  readonly trouble: string | null;
}

/** What came of a restore. */
export interface RestoreStatus {
  readonly store: string;
  /** The name of the restored store; that of the store itself where it was replaced. */
  readonly as: string;
  readonly region: string;
  /** The backup that it began with. */
  readonly backup: string;
  /** What was asked for: a time, or `latest`. */
  readonly to: string;
  /** When the last change in it was made, as far as that is known: a commit, or the snapshot. */
  readonly lastChange: string | null;
  /** With its password. */
  readonly url: string;
  readonly directory: string;
  /** Where the data before it was put aside; null where nothing was replaced. */
  readonly kept: string | null;
  readonly seconds: number;
}

/** What came of restoring everything into an empty region. */
export interface RegionRestoreStatus {
  readonly region: string;
  readonly stores: readonly {
    readonly store: string;
    /** Null where that region has nothing of the store: it begins empty. */
    readonly backup: string | null;
    readonly lastChange: string | null;
  }[];
  readonly seconds: number;
}
