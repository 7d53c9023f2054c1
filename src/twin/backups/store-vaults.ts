import { rm } from "node:fs/promises";
import { join } from "node:path";
import { restorable } from "#stores/backup/choose.ts";
import type { Report } from "#stores/backup/report.ts";
import { expired } from "#stores/backup/retention.ts";
import { type Listed, Vault } from "#stores/backup/vault.ts";
import type { TwinContext } from "../twin-context.ts";
import type { BackupStatus, RestorableSpan } from "./backup-status.ts";

/** For how long backups are kept, and in which other region too. */
export interface Policy {
  readonly retentionMs: number;
  readonly copyTo?: { readonly region: string; readonly retentionMs: number } | undefined;
}

/** A store's vault in one region. */
export interface RegionVault {
  readonly region: string;
  readonly vault: Vault;
  readonly retentionMs: number;
}

/** The vaults of one store: that of the architecture's own region first, then that of the region that it is copied to. */
export class StoreVaults {
  readonly #store: string;
  readonly #context: TwinContext;
  readonly #policy: () => Policy;

  /** @param policy asked each time: the architecture of a running twin may change. */
  constructor(store: string, context: TwinContext, policy: () => Policy) {
    this.#store = store;
    this.#context = context;
    this.#policy = policy;
  }

  get all(): readonly RegionVault[] {
    const { retentionMs, copyTo } = this.#policy();
    const { region } = this.#context.architecture;
    const own = { region, vault: this.in(region), retentionMs };
    return copyTo && copyTo.region !== region ? [own, { ...copyTo, vault: this.in(copyTo.region) }] : [own];
  }

  get home(): Vault {
    return this.in(this.#context.architecture.region);
  }

  /** Of any region, also one that the architecture does not name any more. */
  in(region: string): Vault {
    return new Vault(join(this.#context.state.backups, region), this.#store);
  }

  /** Makes a finished draft a backup, in every region. */
  async commit(lineage: string, id: string): Promise<void> {
    await this.home.commit(lineage, id);
    for (const { vault } of this.all.slice(1))
      await this.home.copyTo(vault, { lineage, id, folder: this.home.baseFolder(lineage, id) });
  }

  async report(lineage: string, id: string, report: Report): Promise<void> {
    for (const { vault } of this.all) await vault.report(lineage, id, report);
  }

  /** @param removeLog removes the log of a lineage before the oldest backup that is left of it */
  async expire(
    now: number,
    removeLog: (lineageFolder: string, oldest: Listed) => Promise<void>,
  ): Promise<void> {
    for (const { vault, retentionMs } of this.all) {
      const aged = (await vault.list()).flatMap((each) =>
        each.manifest ? [{ ...each, finishedAt: Date.parse(each.manifest.finishedAt) }] : [],
      );
      const gone = expired(aged, now, retentionMs);
      for (const each of gone) await vault.remove(each);
      const left = aged.filter((each) => !gone.includes(each));
      for (const lineage of vault.lineages()) {
        const oldest = left.find((each) => each.lineage === lineage);
        if (oldest) await removeLog(vault.lineageFolder(lineage), oldest);
        else if (lineage !== vault.currentLineage && aged.some((each) => each.lineage === lineage))
          await rm(vault.lineageFolder(lineage), { recursive: true, force: true });
      }
    }
  }

  async removeDrafts(): Promise<void> {
    for (const { vault } of this.all) await vault.removeDrafts();
  }
}

/** What a region's vault has, for people. */
export async function vaultStatus(
  region: string,
  vault: Vault,
): Promise<{ readonly backups: BackupStatus[]; readonly restorable: RestorableSpan[] }> {
  const all = await vault.list();
  const spans = restorable(all, vault.lineages());
  return {
    backups: all.map((each) => backupStatus(region, each)),
    restorable: spans.map(({ from, to }) => ({ from, to })),
  };
}

function backupStatus(region: string, { id, lineage, manifest, unreadable, report }: Listed): BackupStatus {
  const failure = unreadable ?? report?.failure ?? null;
  return {
    id,
    lineage,
    region,
    startedAt: manifest?.startedAt ?? null,
    finishedAt: manifest?.finishedAt ?? null,
    bytes: manifest?.bytes ?? 0,
    storedBytes: manifest?.stored ?? 0,
    state: failure !== null ? "broken" : report ? "restores" : "untried",
    report,
    failure,
  };
}
