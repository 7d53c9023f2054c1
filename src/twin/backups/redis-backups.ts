import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ResolvedStore } from "#model/architecture.ts";
import { makeOwned, storeAccount } from "#stores/account.ts";
import type { Target } from "#stores/backup/choose.ts";
import { PACK, writeManifest } from "#stores/backup/manifest.ts";
import { stampOf } from "#stores/backup/vault.ts";
import {
  appendOnlyTime,
  beginAppendOnly,
  copyAppendOnly,
  hasAppendOnly,
  placeAppendOnly,
} from "#stores/redis/backup/append-only.ts";
import { SNAPSHOT, writeSnapshot } from "#stores/redis/backup/snapshot.ts";
import { ask } from "#stores/redis/connection.ts";
import { findRedis, type RedisPrograms } from "#stores/redis/find.ts";
import type { RedisServer } from "#stores/redis/server.ts";
import { type RedisPasswords, SUPERVISOR } from "#stores/redis/settings.ts";
import { startRedis } from "#stores/redis/start.ts";
import { type Address, freePort } from "../addresses.ts";
import { PrimaryFile } from "../stores/primary-file.ts";
import type { RedisNode } from "../stores/redis-node.ts";
import { redisNodeIds, redisPasswords, redisSettings } from "../stores/redis-setup.ts";
import type { TwinContext } from "../twin-context.ts";
import { replaceData, unavailable } from "./replace-data.ts";
import type { Chosen, How, RestoredServer, StoreBackups } from "./store-backups.ts";
import { StoreVaults } from "./store-vaults.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { type FileWorker, fileWorker, spawnCopy } from "./work-process.ts";

type Redis = Extract<ResolvedStore, { kind: "redis" }>;

/** What backups need of whoever keeps the store. */
export interface RedisSource {
  readonly primaryNode: RedisNode | null;
  /** Where the store's data is, whether it runs or not: after a failover that is not the first node. */
  readonly primary: string | null;
  readonly nodes: readonly RedisNode[];
  reopen(swap: () => Promise<void>): Promise<void>;
}

const ANSWERS_WITHIN_MS = 5_000;
/** It loads everything that it holds before it answers. */
const START_WITHIN_MS = 600_000;
const SNAPSHOT_WITHIN_MS = 600_000;
/** A cache that declares no snapshots has those that are made by hand for this long. */
const BY_HAND_FOR_MS = 7 * 86_400_000;
/** A store with an append-only file needs a snapshot too, from which other restores than the latest begin. */
const EVERY_MS = 86_400_000;
/** At most so long is a write in no bucket, where there is an append-only file. */
const APPEND_ONLY_PROMISE_MS = 5_000;
const APPEND_ONLY_EVERY_MS = 4_000;
/** Where, in a lineage, the append-only file is copied to. */
const APPEND_ONLY = "aof";

/** Backups of one Redis store: snapshots, and where one is declared the append-only file as it grows. */
export class RedisBackups implements StoreBackups {
  readonly store: string;
  readonly kind = "redis";
  readonly vaults: StoreVaults;
  readonly trouble = null;
  readonly #context: TwinContext;
  readonly #source: RedisSource;
  readonly #worker: FileWorker;
  #nextCopy = 0;

  constructor(store: string, context: TwinContext, source: RedisSource) {
    this.store = store;
    this.#context = context;
    this.#source = source;
    this.#worker = fileWorker(context.processes);
    this.vaults = new StoreVaults(store, context, () => ({
      retentionMs: this.#declared.snapshots?.retention ?? BY_HAND_FOR_MS,
    }));
  }

  get everyMs(): number | null {
    const { snapshots, appendOnlyFile } = this.#declared;
    return snapshots?.every ?? (appendOnlyFile ? EVERY_MS : null);
  }

  get archiveEveryMs(): number | null {
    return this.#declared.appendOnlyFile ? APPEND_ONLY_PROMISE_MS : null;
  }

  get isRunning(): boolean {
    return this.#source.nodes.some(({ pid }) => pid !== null);
  }

  get primaryDirectory(): string {
    const id = this.#source.primary ?? this.#firstId;
    const node = this.#source.nodes.find((each) => each.id === id);
    return node?.directory ?? join(this.#context.state.data, this.store, id);
  }

  /** Before a server starts: a node that has no data begins another lineage. */
  prepare(): void {
    if (this.vaults.home.currentLineage === null || !existsSync(this.primaryDirectory)) this.beginLineage();
  }

  beginLineage(): void {
    this.vaults.home.begin(stampOf(new Date()));
  }

  /** Regularly, and before a restore: what two of them copied at a time would be there twice. */
  readonly tend = oneAtATime(async () => {
    const node = this.#source.primaryNode;
    if (!node || !this.#declared.appendOnlyFile || performance.now() < this.#nextCopy) return;
    this.#nextCopy = performance.now() + APPEND_ONLY_EVERY_MS;
    // Each node names the parts of its file by itself: copies of different nodes are kept apart.
    await copyAppendOnly(node.directory, join(this.vaults.home.current, APPEND_ONLY, node.id));
  });

  async take({ signal, urgent }: How): Promise<string> {
    const { home } = this.vaults;
    const node = this.#primary();
    const lineage = home.currentLineage as string;
    const began = new Date();
    const id = stampOf(began);
    await writeSnapshot(node.access, node.directory, SNAPSHOT_WITHIN_MS, signal);
    const draft = await home.draft(lineage, id);
    try {
      const place = { from: node.directory, files: [SNAPSHOT], to: join(draft, PACK), steady: [] };
      const files = await this.#worker.do({ kind: "pack", ...place }, { signal, urgent });
      await writeManifest(draft, {
        schemaVersion: 1,
        kind: this.kind,
        store: this.store,
        lineage,
        id,
        startedAt: began.toISOString(),
        finishedAt: new Date().toISOString(),
        program: `Redis ${this.#programs.version}`,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        stored: files.reduce((sum, { stored }) => sum + stored, 0),
        directories: [],
        files,
        log: null,
      });
      await this.vaults.commit(lineage, id);
    } finally {
      await rm(draft, { recursive: true, force: true });
      await this.#leaveNothing(node);
    }
    await this.vaults.expire(Date.now(), async () => {});
    return id;
  }

  async tryOut(chosen: Chosen, folder: string, how: How): Promise<Record<string, number>> {
    const directory = join(folder, "data");
    await this.#unpack(chosen, directory, how);
    const address = { host: "127.0.0.1", port: await freePort() };
    const server = await this.#start(`${this.store}-trial`, directory, address, false, how);
    try {
      const { supervisor: password } = this.#passwords;
      return {
        keys: Number(await ask({ ...address, user: SUPERVISOR, password }, ANSWERS_WITHIN_MS, "DBSIZE")),
      };
    } finally {
      await server.kill();
    }
  }

  /** A snapshot has what was written by the time when it is made; an append-only file is copied once more. */
  async flush(): Promise<void> {
    this.#nextCopy = 0;
    await this.tend();
  }

  async restore(
    chosen: Chosen,
    target: Target,
    directory: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const account = storeAccount();
    const copy = target.kind === "latest" && this.#declared.appendOnlyFile ? this.#newestCopy(chosen) : null;
    if (copy !== null) {
      await placeAppendOnly(copy, directory, account);
      return appendOnlyTime(copy);
    }
    await this.#unpack(chosen, directory, { signal, urgent: true });
    if (this.#declared.appendOnlyFile) await beginAppendOnly(directory, account);
    return chosen.manifest.finishedAt;
  }

  async serve(name: string, directory: string, address: Address): Promise<RestoredServer> {
    const how = { signal: new AbortController().signal, urgent: true };
    const server = await this.#start(name, directory, address, this.#declared.appendOnlyFile, how);
    const url = `redis://default:${this.#passwords.application}@${address.host}:${address.port}`;
    return { url, stop: (timeoutMs) => server.stop(timeoutMs) };
  }

  async replaceWith(directory: string): Promise<string> {
    return replaceData(this.store, this, this.#source, this.#context, directory);
  }

  #primary(): RedisNode {
    const node = this.#source.primaryNode;
    if (node) return node;
    throw unavailable(this.store);
  }

  async #unpack({ folder, manifest }: Chosen, directory: string, how: How): Promise<void> {
    const account = storeAccount();
    makeOwned(directory, account);
    const work = { pack: join(folder, PACK), files: manifest.files, to: directory, account: account ?? null };
    await this.#worker.do({ kind: "unpack", ...work }, how);
  }

  #start(
    role: string,
    directory: string,
    address: Address,
    appendOnly: boolean,
    how: How,
  ): Promise<RedisServer> {
    const { processes, architecture } = this.#context;
    const settings = redisSettings(this.#declared, architecture.stores);
    return startRedis({
      programs: this.#programs,
      account: storeAccount(),
      directory,
      ...address,
      upstream: null,
      settings: { ...settings, appendOnly },
      passwords: this.#passwords,
      log: processes.logFile(role),
      timeoutMs: START_WITHIN_MS,
      spawn: spawnCopy(processes, role, how),
    });
  }

  /** A store that keeps nothing on its disk is empty after a kill, also after a backup. */
  async #leaveNothing(node: RedisNode): Promise<void> {
    const { snapshots, appendOnlyFile } = this.#declared;
    if (!snapshots && !appendOnlyFile) await rm(join(node.directory, SNAPSHOT), { force: true });
  }

  /** The copy of an append-only file that has changed last, of the lineage of a backup; null where there is none. */
  #newestCopy({ folder }: Chosen): string | null {
    const copies = join(folder, "..", "..", APPEND_ONLY);
    if (!existsSync(copies)) return null;
    const nodes = readdirSync(copies).map((node) => join(copies, node));
    const [newest] = nodes
      .filter(hasAppendOnly)
      .toSorted((a, b) => appendOnlyTime(b).localeCompare(appendOnlyTime(a)));
    return newest ?? null;
  }

  get #passwords(): RedisPasswords {
    return redisPasswords(this.store, this.#context.secrets);
  }

  get #programs(): RedisPrograms {
    return findRedis(this.#declared.version, storeAccount());
  }

  get #declared(): Redis {
    return this.#context.architecture.stores[this.store] as Redis;
  }

  get #firstId(): string {
    const { zoneNames } = this.#context.architecture;
    const nodes = redisNodeIds(this.store, this.#declared, zoneNames).map((id) => ({ id }));
    return new PrimaryFile(this.#context.state, this.store).first(nodes)[0].id;
  }
}
