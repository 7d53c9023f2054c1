import { rm } from "node:fs/promises";
import { PlumblineError } from "#model/errors.ts";
import type { StoreConnection } from "../status.ts";
import type { TwinContext } from "../twin-context.ts";
import type {
  BackupsStatus,
  BackupSummary,
  RegionRestoreStatus,
  RestoreStatus,
  StoreBackupStatus,
} from "./backup-status.ts";
import { BucketCopy } from "./bucket-copy.ts";
import { restoreRegion } from "./region-restore.ts";
import type { BackupRequest, RestoreRequest } from "./requests.ts";
import { Restores } from "./restores.ts";
import type { StoreBackups } from "./store-backups.ts";
import { storeStatus } from "./store-status.ts";
import { takeBackup } from "./take.ts";
import { Turns } from "./turns.ts";
import { Upkeep } from "./upkeep.ts";

/** What the backups of a twin look after. */
export interface BackedUpTwin {
  readonly context: TwinContext;
  /** Those of the stores that there are now. */
  readonly stores: () => readonly StoreBackups[];
  /** Whether everything runs as it should, with no fault and no change under way. */
  readonly isCalm: () => boolean;
}

/** The backups of a twin, and what is restored from them. */
export class Backups {
  readonly #twin: BackedUpTwin;
  readonly #turns = new Turns();
  readonly #upkeep: Upkeep;
  readonly #restores: Restores;
  readonly #copies = new Map<string, BucketCopy>();

  constructor(twin: BackedUpTwin) {
    this.#twin = twin;
    this.#restores = new Restores(twin.context);
    this.#upkeep = new Upkeep({
      ...twin,
      turns: this.#turns,
      tended: () => [...twin.stores(), ...this.#bucketCopies],
    });
  }

  /** As it was a moment ago. */
  get summaries(): readonly BackupSummary[] {
    return this.#upkeep.summaries;
  }

  /** How to talk to the stores that were restored beside others. */
  get connections(): readonly StoreConnection[] {
    return this.#restores.connections;
  }

  /** Before anything runs: what a killed supervisor had begun is no backup. */
  async clean(): Promise<void> {
    const { scratch, restored } = this.#twin.context.state;
    for (const folder of [scratch, restored]) await rm(folder, { recursive: true, force: true });
    for (const { vaults } of this.#twin.stores()) await vaults.removeDrafts();
  }

  /** Looks after the buckets from now on. */
  start(): void {
    this.#upkeep.start();
  }

  /** Ends what is under way, and the stores that were restored beside others. */
  async stop(): Promise<void> {
    await this.#turns.end();
    await this.#upkeep.ended;
    await this.#restores.stop();
  }

  /** Begins nothing in the background for so long. */
  hold(forMs: number): void {
    this.#upkeep.hold(forMs);
  }

  async status(): Promise<BackupsStatus> {
    const stores = await Promise.all(this.#twin.stores().map(storeStatus));
    return { stores, underWay: this.#turns.underWay, restored: this.#restores.running };
  }

  /** Makes backups now: of one store, or of all. @throws PlumblineError STORE_NOT_FOUND, STORE_UNAVAILABLE */
  async take({ store }: BackupRequest): Promise<readonly StoreBackupStatus[]> {
    const wanted = store === undefined ? this.#twin.stores() : [this.#of(store)];
    for (const backups of wanted)
      await this.#turns.urgently(`backs up ${backups.store}`, (how) =>
        takeBackup(backups, this.#twin.context.events, how),
      );
    this.#upkeep.noticeChange();
    return Promise.all(wanted.map(storeStatus));
  }

  /** @throws PlumblineError BACKUP_NOT_FOUND, BACKUP_CORRUPT, RESTORE_TARGET_TOO_LATE and why it cannot be started */
  async restore(request: RestoreRequest): Promise<RestoreStatus | RegionRestoreStatus> {
    if (!("store" in request)) return this.restoreRegion(request.region);
    const backups = this.#of(request.store);
    const what = `restores ${request.store}`;
    const restored = await this.#turns.urgently(what, ({ signal }) =>
      this.#restores.restore(backups, request, signal),
    );
    this.#upkeep.noticeChange();
    return restored;
  }

  /** Fills stores that have no data from what a region has. @throws PlumblineError RESTORE_NOT_EMPTY */
  async restoreRegion(region: string): Promise<RegionRestoreStatus> {
    const restored = await this.#turns.urgently("restores everything", ({ signal }) =>
      restoreRegion(region, { ...this.#twin, copies: this.#bucketCopies }, signal),
    );
    this.#upkeep.noticeChange();
    return restored;
  }

  /** Stops a store that was restored beside another, and forgets its data. @throws PlumblineError STORE_NOT_FOUND */
  drop(name: string): Promise<void> {
    return this.#restores.drop(name);
  }

  #of(store: string): StoreBackups {
    const found = this.#twin.stores().find((each) => each.store === store);
    if (found) return found;
    const names = this.#twin.stores().map((each) => each.store);
    throw new PlumblineError(
      "STORE_NOT_FOUND",
      `The twin has no store ${store} that is backed up.`,
      names.length > 0 ? `There are: ${names.join(", ")}.` : "Its architecture has none.",
    );
  }

  get #bucketCopies(): readonly BucketCopy[] {
    const { context } = this.#twin;
    const names = Object.entries(context.architecture.stores).flatMap(([name, { kind }]) =>
      kind === "bucket" ? [name] : [],
    );
    for (const name of names)
      if (!this.#copies.has(name)) this.#copies.set(name, new BucketCopy(name, context));
    return names.map((name) => this.#copies.get(name) as BucketCopy);
  }
}
