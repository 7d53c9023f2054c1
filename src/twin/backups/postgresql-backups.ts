import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedStore } from "#model/architecture.ts";
import { storeAccount } from "#stores/account.ts";
import type { Target } from "#stores/backup/choose.ts";
import { PACK, writeManifest } from "#stores/backup/manifest.ts";
import { stampOf } from "#stores/backup/vault.ts";
import {
  archiveSettings,
  INCOMING,
  prepareArchive,
  SEALED,
  SEALED_END,
} from "#stores/postgresql/backup/archive.ts";
import { flushLog, whileBackingUp } from "#stores/postgresql/backup/base.ts";
import { contentsOf } from "#stores/postgresql/backup/contents.ts";
import { removeLogBefore, sealArrived } from "#stores/postgresql/backup/seal.ts";
import { CONTROL_FILE } from "#stores/postgresql/copy.ts";
import { findPostgresql, majorOf } from "#stores/postgresql/find.ts";
import type { Settings } from "#stores/postgresql/settings.ts";
import { assertNoTablespaces } from "#stores/postgresql/standby.ts";
import type { Programs } from "#stores/programs.ts";
import type { Address } from "../addresses.ts";
import type { PostgresqlNode } from "../stores/postgresql-node.ts";
import { nodeIds, nodeSettings } from "../stores/postgresql-setup.ts";
import { PrimaryFile } from "../stores/primary-file.ts";
import type { TwinContext } from "../twin-context.ts";
import { ArchiverWatch } from "./archiver-watch.ts";
import { archiveInterval } from "./intervals.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { PostgresqlRestores } from "./postgresql-restores.ts";
import { replaceData, unavailable } from "./replace-data.ts";
import type { Chosen, How, RestoredServer, StoreBackups } from "./store-backups.ts";
import { StoreVaults } from "./store-vaults.ts";
import { type FileWorker, fileWorker } from "./work-process.ts";

type Postgresql = Extract<ResolvedStore, { kind: "postgresql" }>;

/** What backups need of whoever keeps the store. */
export interface PostgresqlSource {
  /** The node that takes writes, while it runs. */
  readonly primaryNode: PostgresqlNode | null;
  /** Where the store's data is, whether it runs or not: after a failover that is not the first node. */
  readonly primary: string | null;
  readonly nodes: readonly PostgresqlNode[];
  /** Stops every node, lets `swap` change their data, and starts them with what is there then. */
  reopen(swap: () => Promise<void>): Promise<void>;
}

const BACKUP_WITHIN_MS = 4 * 3_600_000;

/** Backups of one PostgreSQL store: copies of its data, and the log behind them as the servers archive it. */
export class PostgresqlBackups implements StoreBackups {
  readonly store: string;
  readonly kind = "postgresql";
  readonly vaults: StoreVaults;
  readonly #context: TwinContext;
  readonly #source: PostgresqlSource;
  readonly #worker: FileWorker;
  readonly #restores: PostgresqlRestores;
  readonly #archiver: ArchiverWatch;

  constructor(store: string, context: TwinContext, source: PostgresqlSource) {
    this.store = store;
    this.#context = context;
    this.#source = source;
    this.#worker = fileWorker(context.processes);
    this.#restores = new PostgresqlRestores(store, context, this.#worker, {
      programs: () => this.#programs(),
      settings: () => nodeSettings(store, this.#declared, context.architecture),
    });
    this.vaults = new StoreVaults(store, context, () => {
      const { retention, copyTo } = this.#declared.backup;
      return {
        retentionMs: retention,
        copyTo: copyTo && { region: copyTo.region, retentionMs: copyTo.retention },
      };
    });
    this.#archiver = new ArchiverWatch((trouble) =>
      trouble === null
        ? context.events.record("info", store, "its log is archived again")
        : context.events.record("error", store, trouble),
    );
  }

  get everyMs(): number {
    return this.#declared.backup.every;
  }

  get archiveEveryMs(): number | null {
    const { pointInTime, logEvery } = this.#declared.backup;
    return pointInTime ? archiveInterval(this.#context.profile, logEvery).promisedMs : null;
  }

  get trouble(): string | null {
    return this.#archiver.trouble;
  }

  get isRunning(): boolean {
    return this.#source.nodes.some(({ pid }) => pid !== null);
  }

  get primaryDirectory(): string {
    const id = this.#source.primary ?? this.#firstId;
    const node = this.#source.nodes.find((each) => each.id === id);
    return node?.directory ?? join(this.#context.state.data, this.store, id);
  }

  /** With which the servers of the store bring their log to the buckets, by a path that leads to the present lineage. */
  get settings(): Settings {
    const { pointInTime, logEvery } = this.#declared.backup;
    const { waitsMs } = archiveInterval(this.#context.profile, logEvery);
    return archiveSettings(this.#currentFolders, pointInTime ? waitsMs : 0);
  }

  /** Before a server starts: a lineage must be there, and what a killed server has left must not. */
  prepare(): void {
    const { home } = this.vaults;
    const hasData = existsSync(join(this.primaryDirectory, "PG_VERSION"));
    if (!hasData || home.currentLineage === null) return this.beginLineage();
    for (const { vault } of this.vaults.all) {
      // A region that is named for the first time begins with this lineage too.
      if (vault.currentLineage !== home.currentLineage) vault.begin(home.currentLineage);
      prepareArchive(vault.lineageFolder(home.currentLineage), storeAccount());
    }
  }

  beginLineage(): void {
    const lineage = stampOf(new Date());
    for (const { vault } of this.vaults.all) {
      vault.begin(lineage);
      prepareArchive(vault.lineageFolder(lineage), storeAccount());
    }
  }

  /** Regularly, and before a restore: the log is sealed by one of them at a time. */
  readonly tend = oneAtATime(async () => {
    await sealArrived(this.#currentFolders);
    await this.#archiver.look(this.#source.primaryNode?.access ?? null);
  });

  async take({ signal, urgent }: How): Promise<string> {
    const { home } = this.vaults;
    const node = this.#primary();
    const lineage = home.currentLineage as string;
    const began = new Date();
    const id = stampOf(began);
    assertNoTablespaces(node.directory);
    const draft = await home.draft(lineage, id);
    try {
      const { directories, files } = await contentsOf(node.directory);
      const work = {
        kind: "pack",
        from: node.directory,
        files,
        to: join(draft, PACK),
        steady: [CONTROL_FILE],
      } as const;
      const { copied, log } = await whileBackingUp(
        node.access,
        () => this.#worker.do(work, { signal, urgent }),
        (segment) => this.#isArchived(segment),
        BACKUP_WITHIN_MS,
        signal,
      );
      const { version } = await this.#programs();
      await writeManifest(draft, {
        schemaVersion: 1,
        kind: this.kind,
        store: this.store,
        lineage,
        id,
        startedAt: began.toISOString(),
        // The next millisecond: what is cut off must not make it earlier than it was.
        finishedAt: new Date(Date.now() + 1).toISOString(),
        program: `PostgreSQL ${version}`,
        bytes: copied.reduce((sum, { bytes }) => sum + bytes, 0),
        stored: copied.reduce((sum, { stored }) => sum + stored, 0),
        directories: [...directories],
        files: copied,
        log,
      });
      await this.vaults.commit(lineage, id);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    await this.vaults.expire(Date.now(), (folder, oldest) =>
      removeLogBefore(folder, oldest.manifest?.log?.first ?? ""),
    );
    return id;
  }

  async flush(signal: AbortSignal): Promise<void> {
    const node = this.#source.primaryNode;
    if (node) await flushLog(node.access, (segment) => this.#isArchived(segment), signal);
  }

  tryOut(chosen: Chosen, folder: string, how: How): Promise<Record<string, number>> {
    return this.#restores.tryOut(chosen, folder, how);
  }

  restore(chosen: Chosen, target: Target, directory: string, signal: AbortSignal): Promise<string | null> {
    return this.#restores.restore(chosen, target, directory, signal);
  }

  serve(name: string, directory: string, address: Address): Promise<RestoredServer> {
    return this.#restores.serve(name, directory, address);
  }

  async replaceWith(directory: string): Promise<string> {
    return replaceData(this.store, this, this.#source, this.#context, directory);
  }

  #primary(): PostgresqlNode {
    const node = this.#source.primaryNode;
    if (node) return node;
    throw unavailable(this.store);
  }

  #isArchived(segment: string): boolean {
    const { current } = this.vaults.home;
    return (
      existsSync(join(current, SEALED, `${segment}${SEALED_END}`)) ||
      existsSync(join(current, INCOMING, segment))
    );
  }

  get #currentFolders(): string[] {
    return this.vaults.all.map(({ vault }) => vault.current);
  }

  get #declared(): Postgresql {
    return this.#context.architecture.stores[this.store] as Postgresql;
  }

  get #firstId(): string {
    const nodes = nodeIds(this.store, this.#declared, this.#context.architecture).map((id) => ({ id }));
    return new PrimaryFile(this.#context.state, this.store).first(nodes)[0].id;
  }

  #programs(): Promise<Programs> {
    return findPostgresql(majorOf(this.#declared.version), storeAccount());
  }
}
