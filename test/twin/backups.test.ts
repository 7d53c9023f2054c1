import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresql } from "#stores/postgresql/testing.ts";
import { redis } from "#stores/redis/testing.ts";
import { linux, needs } from "#stores/testing.ts";
import type {
  BackupsStatus,
  BackupStatus,
  RestoreStatus,
  StoreBackupStatus,
} from "#twin/backups/backup-status.ts";
import type { RestoreBody } from "#twin/backups/requests.ts";
import { ControlClient } from "#twin/control-api/client.ts";
import { leftovers } from "#twin/state/journal.ts";
import { identify, signal } from "#twin/state/process-identity.ts";
import { runningRecord, type SupervisorRecord } from "#twin/state/supervisor-record.ts";
import type { TwinStatus } from "#twin/status.ts";
import { eventually } from "../support/eventually.ts";
import { writeArchitecture } from "../support/own-architecture.ts";
import { Project } from "../support/project.ts";

const NAME = "own-development";
const stores = needs(linux, postgresql, redis);

const STORES = {
  database: {
    kind: "postgresql",
    version: "15",
    instance: "db.t3.micro",
    subnets: "private",
    backup: { retention: "1d", copyTo: { region: "us-west-2", retention: "1d" } },
  },
  cache: {
    kind: "redis",
    version: "7.1",
    instance: "cache.t3.micro",
    subnets: "private",
    purposes: ["sessions"],
    snapshots: { every: "1h" },
  },
  files: { kind: "bucket", purpose: "uploads", copyTo: { region: "us-west-2" } },
};

describe.skipIf(stores.skipped)(`the backups of a twin${stores.why}`, { timeout: 180_000 }, () => {
  let project: Project;
  let marker: string;

  beforeAll(async () => {
    project = new Project();
    writeArchitecture(project, { stores: STORES, services: { web: { uses: ["database", "cache"] } } });
    await project.up();
    await sql("CREATE TABLE entries (id int)");
  }, 120_000);
  afterAll(() => project[Symbol.asyncDispose]());

  /** The supervisor itself, without a command for each question. */
  const control = () => new ControlClient(runningRecord(project.state(NAME)) as SupervisorRecord);
  const urlOf = async (store: string) =>
    (await control().connections()).find(({ name }) => name === store)?.writer as string;
  const list = () => control().backups();

  async function sql(text: string, store = "database"): Promise<string> {
    const client = new pg.Client({ connectionString: await urlOf(store) });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(text);
      return String(Object.values(rows[0] ?? {})[0] ?? "");
    } finally {
      await client.end();
    }
  }
  const insert = (rows: number) => sql(`INSERT INTO entries SELECT generate_series(1, ${rows})`);
  const count = (store?: string) => sql("SELECT count(*) FROM entries", store);
  const now = () => sql(`SELECT to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

  async function cached<T>(store: string, work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(await urlOf(store));
    try {
      return await work(client);
    } finally {
      client.disconnect();
    }
  }

  const refused = (request: RestoreBody) =>
    control()
      .restore(request)
      .then(
        () => "done",
        (error: Error) => error,
      );

  it("are made by hand, in both regions, and listed", async () => {
    await insert(10);
    await cached("cache", (client) => client.set("session", "kept"));
    await project.json(["backup"]);
    const status = await project.json<BackupsStatus>(["backup", "--list"]);
    const { backups, restorable, regions, archiveEveryMs } = only(status, "database");
    expect({ regions, archiveEveryMs, spans: restorable.length }).toEqual({
      regions: ["us-east-1", "us-west-2"],
      archiveEveryMs: 5_000,
      spans: 1,
    });
    expect(backups.map(({ region, failure }) => [region, failure])).toEqual([
      ["us-east-1", null],
      ["us-west-2", null],
    ]);
    expect(only(status, "cache").backups).toHaveLength(1);
  });

  it("bring a store back to a moment beside the one that runs, to the row", async () => {
    await insert(100);
    marker = await now();
    await insert(1_000);
    await cached("cache", (client) => client.set("session", "changed"));
    const restored = await project.json<RestoreStatus>(["restore", "database", "--to", marker]);
    expect(restored).toMatchObject({ store: "database", as: "database-restored", kept: null });
    expect([await count("database-restored"), await count()]).toEqual(["110", "1110"]);
    await sql("INSERT INTO entries VALUES (1)", "database-restored");
    await control().restore({ store: "cache", as: "old-cache" });
    expect(await cached("old-cache", (client) => client.get("session"))).toBe("kept");

    await project.json(["restore", "database-restored", "--drop"]);
    expect(await urlOf("database-restored")).toBeUndefined();
    expect(existsSync(restored.directory)).toBe(false);
  });

  it("are refused where nothing reaches so far, with what can be restored", async () => {
    const [{ from } = { from: "" }] = only(await list(), "database").restorable;
    const store = "database";
    expect(await refused({ store, to: "2020-01-01T00:00:00Z" })).toMatchObject({
      code: "BACKUP_NOT_FOUND",
      remedy: `What can be restored is from ${from} to now.`,
    });
    expect(await refused({ store, to: "2999-01-01T00:00:00Z" })).toMatchObject({
      code: "RESTORE_TARGET_TOO_LATE",
    });
    expect(await refused({ store: "cache", as: store })).toMatchObject({ code: "NAME_TAKEN" });
    expect(await refused({ store: "orders" })).toMatchObject({ code: "STORE_NOT_FOUND" });
    expect(await refused({ region: "us-east-1" })).toMatchObject({ code: "RESTORE_NOT_EMPTY" });
    expect((await project.failure(["restore", store, "--to", "yesterday"])).code).toBe("TIME_INVALID");
    expect((await project.failure(["restore", store, "--replace"])).code).toBe("NOT_CONFIRMED");
  });

  it("replace a store, whose data before it stays aside, and which is backed up anew", async () => {
    const before = await urlOf("database");
    const { kept } = await project.json<RestoreStatus>([
      "restore",
      "database",
      "--to",
      marker,
      "--replace",
      "--yes",
    ]);
    expect(await urlOf("database")).toBe(before);
    expect(await count()).toBe("110");
    expect(readdirSync(kept as string)).toEqual(["database-a"]);
    await insert(5);
    await control().backUp("database");
    expect(only(await list(), "database").restorable).toMatchObject([
      { to: expect.any(String) },
      { to: null },
    ]);
    // The history that was left is still there, up to the moment when it was left.
    await control().restore({ store: "database", to: marker, as: "as-it-was" });
    expect(await count("as-it-was")).toBe("110");
  });

  it("are tried out in the background, and one that is damaged is reported", async () => {
    const { stores: made } = await control().backUp("database");
    const { id, lineage } = made.flatMap(({ backups }) => backups).findLast(ours) as BackupStatus;
    const pack = join(
      project.state(NAME).backups,
      "us-east-1",
      "database",
      lineage,
      "bases",
      id,
      "data.pack",
    );
    const bytes = readFileSync(pack);
    bytes.fill(0, 1_000_000, 1_001_000);
    writeFileSync(pack, bytes);
    const tried = await eventually(
      "all were tried",
      async () => {
        const seen = only(await list(), "database").backups.filter(ours);
        return seen.every(({ state }) => state !== "untried") ? seen : undefined;
      },
      120_000,
    );
    expect(tried.map(({ state }) => state)).toEqual(["restores", "restores", "broken"]);
    expect(tried.at(-1)?.failure).toContain(`in ${pack} is not what was backed up`);
    expect(tried[0]?.report?.read).toMatchObject({ rows: expect.any(Number), indexes: expect.any(Number) });
    const { backups: summaries } = await control().status();
    expect(summaries.find(({ store }) => store === "database")).toMatchObject({ broken: 1 });

    const latest = { store: "database", as: "again" };
    await expect(control().restore(latest)).rejects.toMatchObject({ code: "BACKUP_CORRUPT" });
    await control().restore({ ...latest, region: "us-west-2" });
    expect(await count("again")).toBe("115");
  });

  it("that a killed supervisor had begun are none", async () => {
    await insert(300_000);
    const before = only(await list(), "database").backups.length;
    const { supervisor } = await control().status();
    const command = project.start(["backup", "database", "--json"]);
    const partial = await eventually("a backup is being made", () => partials()[0], 60_000);
    process.kill(supervisor.pid, "SIGKILL");
    expect((await command.ended).code).toBe(1);
    expect(existsSync(partial)).toBe(true);
    await project.up();
    expect(partials()).toEqual([]);
    expect(only(await list(), "database").backups).toHaveLength(before);
    expect(await count()).toBe("300115");
  });

  function partials(): string[] {
    const { backups } = project.state(NAME);
    return readdirSync(backups, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".partial"))
      .map((path) => join(backups, path));
  }

  it("bring a twin up from another region when everything in its own is gone", async () => {
    const state = project.state(NAME);
    await control().backUp("database");
    writeFileSync(join(state.data, "files", "object"), "an object");
    await insert(7);
    const copy = join(state.backups, "us-west-2", "files", "objects", "object");
    await eventually("the object is copied", () => existsSync(copy), 30_000);
    const segment = await sql("SELECT pg_walfile_name(pg_current_wal_lsn())");
    await eventually("the rows are archived", () => isArchived(segment), 60_000);
    await insert(1);
    const { supervisor } = await control().status();
    process.kill(supervisor.pid, "SIGKILL");
    for (const left of leftovers(state)) signal(left, "SIGKILL");
    await eventually("the supervisor is gone", () => identify(supervisor.pid) === null);
    rmSync(state.data, { recursive: true });
    rmSync(join(state.backups, "us-east-1"), { recursive: true });

    const { status } = await project.json<{ status: TwinStatus }>(["restore", "--region", "us-west-2"]);
    expect(status.phase).toBe("running");
    // The last row was written within the archive interval.
    expect(["300122", "300123"]).toContain(await count());
    expect(readFileSync(join(state.data, "files", "object"), "utf8")).toBe("an object");
    expect(await cached("cache", (client) => client.dbsize())).toBe(0);
  });

  /** Whether a segment of the log is in the bucket of the other region. */
  function isArchived(segment: string): boolean {
    const lineage = join(project.state(NAME).backups, "us-west-2", "database", "current");
    return ["incoming", "wal"].some((folder) =>
      readdirSync(join(lineage, folder)).some((name) => name.startsWith(segment)),
    );
  }
});

function only({ stores: all }: BackupsStatus, store: string): StoreBackupStatus {
  return all.find((each) => each.store === store) as StoreBackupStatus;
}

function ours({ region }: BackupStatus): boolean {
  return region === "us-east-1";
}
