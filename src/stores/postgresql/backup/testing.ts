import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { asAccount } from "../../account.ts";
import { type Manifest, PACK, writeManifest } from "../../backup/manifest.ts";
import { pack } from "../../backup/pack.ts";
import { stampOf, Vault } from "../../backup/vault.ts";
import { query } from "../connection.ts";
import { CONTROL_FILE } from "../copy.ts";
import type { Server } from "../server.ts";
import { account, programs, SMALL, Workshop } from "../testing.ts";
import { archiveCommand, archiveSettings, INCOMING, prepareArchive, SEALED, SEALED_END } from "./archive.ts";
import { flushLog, whileBackingUp } from "./base.ts";
import { contentsOf } from "./contents.ts";
import { layOutData, layOutLog } from "./lay-out.ts";
import { type Recovered, recover, type Recovery } from "./recover.ts";
import { type Read, readEverything } from "./verify.ts";

const LINEAGE = "20261121T000000000Z";

interface Base {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** A workshop with a bucket in each of two regions. */
export class Archive extends Workshop {
  readonly vault = new Vault(join(this.directory, "us-east-1"), "database");
  readonly lineages = [
    this.vault.lineageFolder(LINEAGE),
    // With all that a shell could misunderstand.
    join(this.directory, "100% 'other' region", LINEAGE),
  ] as const;
  readonly settings = { ...SMALL, ...archiveSettings(this.lineages, 60_000) };
  readonly #signal = new AbortController().signal;
  #restores = 0;

  constructor() {
    super();
    for (const lineage of this.lineages) prepareArchive(lineage, account);
  }

  /** A server that archives, with an empty table `entries`. */
  async primary(): Promise<Server> {
    await this.data("a");
    const server = await this.start("a", { settings: this.settings });
    await query(this.access(server), 5_000, "CREATE TABLE entries (id int)");
    return server;
  }

  async backUp(server: Server): Promise<Base> {
    const id = stampOf(new Date());
    const draft = await this.vault.draft(LINEAGE, id);
    const { directories, files: wanted } = await contentsOf(server.directory);
    const { copied: files, log } = await whileBackingUp(
      this.access(server),
      () => pack(server.directory, wanted, join(draft, PACK), [CONTROL_FILE]),
      (segment) => this.#isArchived(segment),
      60_000,
      this.#signal,
    );
    const facts = { store: "database", lineage: LINEAGE, id, startedAt: "", finishedAt: "", program: "" };
    const manifest: Manifest = {
      schemaVersion: 1,
      kind: "postgresql",
      ...facts,
      bytes: 0,
      stored: 0,
      directories: [...directories],
      files,
      log,
    };
    await writeManifest(draft, manifest);
    await this.vault.commit(LINEAGE, id);
    return { folder: this.vault.baseFolder(LINEAGE, id), manifest };
  }

  /** Restores into a folder of its own, and reads everything there. */
  async restore(
    base: Base,
    target: Recovery["target"],
    lineage: string = this.lineages[0],
  ): Promise<Recovered & { readonly done: Read }> {
    const directory = join(this.directory, `restored-${++this.#restores}`);
    const logFolder = `${directory}.log`;
    await layOutData(base, directory, account);
    await layOutLog(lineage, base.manifest.log as NonNullable<Manifest["log"]>, logFolder, account);
    return recover(
      {
        store: "database",
        programs: programs(),
        account,
        directory,
        logFolder,
        target,
        settings: this.settings,
        log: join(this.directory, "restore.log"),
        timeoutMs: 60_000,
      },
      async (access) => {
        const [row] = await query<{ count: number }>(access, 5_000, "SELECT count(*)::int FROM entries");
        return { ...(await readEverything(access)), rows: row?.count ?? -1 };
      },
    );
  }

  /** @returns a time that is later than the commit. */
  async insert(server: Server, rows: number): Promise<string> {
    const access = this.access(server);
    await query(access, 20_000, "INSERT INTO entries SELECT generate_series(1, $1)", [rows]);
    const [row] = await query<{ at: string }>(
      access,
      5_000,
      `SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
    );
    return row?.at as string;
  }

  /** @returns the last segment that was archived. */
  async flush(server: Server): Promise<string> {
    const isArchived = (segment: string) => this.#isArchived(segment);
    return (await flushLog(this.access(server), isArchived, this.#signal)).segment;
  }

  /** Has a file archived as the server does it. @returns the exit code. */
  archiveByHand(file: string): number | null {
    const command = archiveCommand(this.lineages)
      .replaceAll("%p", file)
      .replaceAll("%f", basename(file))
      .replaceAll("%%", "%");
    return spawnSync("/bin/sh", ["-c", command], asAccount(account)).status;
  }

  #isArchived(segment: string): boolean {
    const [lineage] = this.lineages;
    return (
      existsSync(join(lineage, INCOMING, segment)) ||
      existsSync(join(lineage, SEALED, `${segment}${SEALED_END}`))
    );
  }
}
