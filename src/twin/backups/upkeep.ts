import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { makeOpen } from "#stores/account.ts";
import type { Listed } from "#stores/backup/vault.ts";
import type { TwinContext } from "../twin-context.ts";
import type { BackupSummary } from "./backup-status.ts";
import { type Chore, nextChore } from "./next-chore.ts";
import type { Chosen, How, StoreBackups } from "./store-backups.ts";
import { takeBackup } from "./take.ts";
import type { Turns } from "./turns.ts";

/** What is looked after. */
export interface Kept {
  readonly context: TwinContext;
  readonly turns: Turns;
  readonly stores: () => readonly StoreBackups[];
  /** Whatever copies what has arrived to where it is safe. */
  readonly tended: () => readonly { readonly store: string; tend(): Promise<void> }[];
  /** Whether everything runs as it should, with no fault and no change under way. */
  readonly isCalm: () => boolean;
}

/** How often what has arrived in the buckets is looked through. */
const TEND_EVERY_MS = 1_000;
/** How often the buckets are listed, where nothing of ours has changed them. */
const LIST_EVERY_MS = 30_000;
/** For so long everything has to be calm before something is begun. */
const CALM_FOR_MS = 10_000;

/** What is done for backups without being asked: the log is sealed, backups are made when due, and each is tried out. */
export class Upkeep {
  readonly #kept: Kept;
  readonly #attempts = new Map<string, number>();
  readonly #troubles = new Map<string, string>();
  #lists: readonly { readonly backups: StoreBackups; readonly list: readonly Listed[] }[] = [];
  #listedAt = Number.NEGATIVE_INFINITY;
  #calmSince = Number.POSITIVE_INFINITY;
  #heldUntil = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(kept: Kept) {
    this.#kept = kept;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Returns when it has ended, with the turns. */
  get ended(): Promise<void> {
    return this.#running;
  }

  /** Begins nothing for so long. */
  hold(forMs: number): void {
    this.#heldUntil = performance.now() + forMs;
    this.#kept.turns.giveWay();
  }

  /** The buckets have changed. */
  noticeChange(): void {
    this.#listedAt = Number.NEGATIVE_INFINITY;
  }

  /** As it was a moment ago. */
  get summaries(): readonly BackupSummary[] {
    return this.#lists.map(({ backups, list }) => ({
      store: backups.store,
      backups: list.length,
      last: list.at(-1)?.manifest?.finishedAt ?? null,
      broken: list.filter(({ unreadable, report }) => (unreadable ?? report?.failure ?? null) !== null)
        .length,
      trouble: this.#troubles.get(backups.store) || backups.trouble,
    }));
  }

  async #run(): Promise<void> {
    const { ended } = this.#kept.turns;
    while (!ended.aborted) {
      for (const part of this.#kept.tended()) await this.#tend(part);
      await this.#look().catch((error: Error) => this.#say("error", "backups", error.message));
      await pause(TEND_EVERY_MS, undefined, { signal: ended }).catch(() => {});
    }
  }

  async #tend(part: { readonly store: string; tend(): Promise<void> }): Promise<void> {
    const trouble = await part.tend().then(
      () => "",
      (error: Error) => `what it archives cannot be looked after: ${error.message}`,
    );
    if (trouble !== "" && trouble !== this.#troubles.get(part.store)) this.#say("error", part.store, trouble);
    this.#troubles.set(part.store, trouble);
  }

  async #look(): Promise<void> {
    const now = performance.now();
    if (now - this.#listedAt >= LIST_EVERY_MS) {
      this.#listedAt = now;
      this.#lists = await Promise.all(this.#kept.stores().map(listOf));
    }
    this.#calmSince = this.#kept.isCalm() ? Math.min(this.#calmSince, now) : Number.POSITIVE_INFINITY;
    const isQuiet = now - this.#calmSince >= CALM_FOR_MS && now >= this.#heldUntil;
    if (!isQuiet || this.#kept.turns.underWay !== null) return;
    for (const { backups, list } of this.#lists) {
      const chore = nextChore(backups, list, this.#attempts, Date.now());
      if (chore) return void this.#begin(chore);
    }
  }

  async #begin(chore: Chore): Promise<void> {
    const { backups } = chore;
    const { turns, context } = this.#kept;
    const what =
      chore.kind === "take" ? `backs up ${backups.store}` : `tries out a backup of ${backups.store}`;
    this.#attempts.set(backups.store, Date.now());
    let calledOff = false;
    await turns
      .inBackground(what, async (how) => {
        try {
          if (chore.kind === "take") await takeBackup(backups, context.events, how);
          else await this.#tryOut(backups, chore.backup, how);
        } finally {
          calledOff = how.signal.aborted;
        }
      })
      .then(
        () => this.#attempts.delete(backups.store),
        (error: Error) => {
          if (calledOff) this.#attempts.delete(backups.store);
          else if (!turns.ended.aborted)
            this.#say("error", backups.store, `could not be backed up: ${error.message}`);
        },
      );
    this.noticeChange();
  }

  /** A backup that was never restored is a hope: this one is, in a folder that is removed again. */
  async #tryOut(backups: StoreBackups, chosen: Chosen, how: How): Promise<void> {
    const { scratch } = this.#kept.context.state;
    const folder = join(scratch, chosen.id);
    const [at, began] = [new Date().toISOString(), performance.now()];
    const seconds = () => Number(((performance.now() - began) / 1000).toFixed(1));
    makeOpen(scratch);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o755 });
    try {
      const read = await backups.tryOut(chosen, folder, how);
      await backups.vaults.report(chosen.lineage, chosen.id, { at, seconds: seconds(), read, failure: null });
      const counts = Object.entries(read).map(([name, count]) => `${count} ${name}`);
      const what = `its backup ${chosen.id} restores: ${counts.join(", ")} read in ${seconds()} s`;
      this.#say("info", backups.store, what);
    } catch (error) {
      how.signal.throwIfAborted();
      const failure = (error as Error).message;
      await backups.vaults.report(chosen.lineage, chosen.id, { at, seconds: seconds(), read: null, failure });
      this.#say("error", backups.store, `its backup ${chosen.id} cannot be restored: ${failure}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #say(level: "info" | "error", part: string, message: string): void {
    this.#kept.context.events.record(level, part, message);
  }
}

async function listOf(backups: StoreBackups): Promise<{ backups: StoreBackups; list: readonly Listed[] }> {
  return { backups, list: await backups.vaults.home.list() };
}
