import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PACK } from "../../backup/manifest.ts";
import { needs } from "../../testing.ts";
import { query } from "../connection.ts";
import { REPLICATION_ROLE } from "../configure.ts";
import { promote } from "../promote.ts";
import { requireSync } from "../replication.ts";
import { makeStandby } from "../standby.ts";
import { account, postgresql, removeTemplate } from "../testing.ts";
import { INCOMING, SEALED, SEALED_END } from "./archive.ts";
import { removeLogBefore, sealArrived, archivedLog } from "./seal.ts";
import { Archive } from "./testing.ts";

const { skipped, why } = needs(postgresql);

afterAll(removeTemplate);

/** Each of them starts several servers, and archives file after file. */
describe.skipIf(skipped)(`backups of PostgreSQL${why}`, { timeout: 120_000 }, () => {
  it("restore to the row, to a time and to everything, and from either region", async () => {
    await using archive = new Archive();
    const server = await archive.primary();
    await archive.insert(server, 10);
    const base = await archive.backUp(server);
    await archive.insert(server, 100);
    await sealArrived(archive.lineages);
    const marker = await archive.insert(server, 1_000);
    await archive.insert(server, 10_000);
    await archive.flush(server);
    await archive.insert(server, 100_000);
    await server.kill();

    expect((await archive.restore(base, { kind: "consistent" })).done.rows).toBe(10);
    const exact = await archive.restore(base, { kind: "time", time: marker });
    expect(exact.done).toMatchObject({ rows: 1_110, indexes: expect.any(Number) });
    await sealArrived(archive.lineages);
    const [own, other] = await Promise.all(archive.lineages.map(archivedLog));
    expect(other).toEqual(own);
    // What was written after the flush was archived as far as it had filled segments.
    const latest = await archive.restore(base, { kind: "latest" }, archive.lineages[1]);
    expect([11_110, 111_110]).toContain(latest.done.rows);
    expect((latest.lastCommit as string) > new Date(marker).toISOString()).toBe(true);
    await expect(archive.restore(base, { kind: "time", time: "2999-01-01T00:00:00Z" })).rejects.toMatchObject(
      {
        code: "RESTORE_TARGET_TOO_LATE",
      },
    );
  });

  it("go on from the standby when the primary and its disk are lost, over both timelines", async () => {
    await using archive = new Archive();
    const primary = await archive.primary();
    const access = archive.access(primary);
    await query(access, 5_000, `CREATE ROLE ${REPLICATION_ROLE} LOGIN REPLICATION PASSWORD 'standby'`);
    await makeStandby({
      primary: access,
      from: primary.directory,
      to: join(archive.directory, "b"),
      account,
      upstream: { host: primary.host, port: primary.port, password: "standby", name: "b" },
    });
    const standby = await archive.start("b", { settings: archive.settings });
    await requireSync(access, "b");
    const base = await archive.backUp(primary);
    const before = await archive.insert(primary, 50_000);
    await archive.insert(primary, 1_000);
    await primary.kill();
    rmSync(primary.directory, { recursive: true });
    await promote(archive.access(standby));
    const after = await archive.insert(standby, 10);
    await archive.insert(standby, 1);
    await archive.flush(standby);
    await standby.kill();
    await sealArrived(archive.lineages);

    const rows = async (time: string) => (await archive.restore(base, { kind: "time", time })).done.rows;
    expect(await rows(before)).toBe(50_000);
    expect(await rows(after)).toBe(51_010);
    expect((await archive.restore(base, { kind: "latest" })).done.rows).toBe(51_011);
  });

  it("are refused, by the name of the file, where one is torn, changed or missing", async () => {
    await using archive = new Archive();
    const server = await archive.primary();
    const base = await archive.backUp(server);
    await archive.insert(server, 10);
    await archive.flush(server);
    await archive.insert(server, 10);
    await archive.flush(server);
    await server.kill();
    await sealArrived(archive.lineages);
    const refusal = () =>
      archive.restore(base, { kind: "latest" }).then(
        () => "restored",
        (error: Error) => error,
      );
    const [lineage] = archive.lineages;
    const segments = (await archivedLog(lineage)).filter((name) => /^[0-9A-F]{24}$/.test(name));
    const middle = join(lineage, SEALED, `${segments.at(-2)}${SEALED_END}`);

    renameSync(middle, `${middle}.away`);
    expect(await refusal()).toMatchObject({
      code: "BACKUP_CORRUPT",
      message: expect.stringContaining("missing"),
    });
    renameSync(`${middle}.away`, middle);

    truncateSync(middle, 100);
    expect(await refusal()).toMatchObject({
      code: "BACKUP_CORRUPT",
      message: expect.stringContaining(middle),
    });

    const pack = join(base.folder, PACK);
    const file = base.manifest.files.find(({ path }) => path.startsWith("base/")) as {
      path: string;
      offset: number;
    };
    const descriptor = openSync(pack, "r+");
    writeSync(descriptor, "changed", file.offset + 20);
    closeSync(descriptor);
    expect(await refusal()).toMatchObject({
      code: "BACKUP_CORRUPT",
      message: expect.stringContaining(`${file.path} in ${pack}`),
    });
  });

  it("leave a file that is archived as it is, whoever brings it again", async () => {
    await using archive = new Archive();
    const segment = "000000010000000000000001";
    const file = join(archive.directory, segment);
    const [lineage, other] = archive.lineages;
    const [place, copy] = [lineage, other].map((folder) => join(folder, INCOMING, segment)) as [
      string,
      string,
    ];
    writeFileSync(file, "x".repeat(100), { mode: 0o644 });
    expect(archive.archiveByHand(file)).toBe(0);
    expect(readFileSync(copy, "utf8")).toBe(readFileSync(file, "utf8"));
    expect(archive.archiveByHand(file)).toBe(0);
    truncateSync(place, 10);
    expect(archive.archiveByHand(file)).not.toBe(0);
    rmSync(place);
    expect(archive.archiveByHand(file)).toBe(0);
    await sealArrived(archive.lineages);
    expect(archive.archiveByHand(file)).toBe(0);
    expect(readdirSync(join(lineage, INCOMING))).toEqual([]);
    rmSync(join(other, INCOMING), { recursive: true });
    rmSync(join(other, SEALED), { recursive: true });
    expect(archive.archiveByHand(file)).not.toBe(0);
  });

  it("keep the log from where the oldest of them begins", async () => {
    await using archive = new Archive();
    const server = await archive.primary();
    await archive.backUp(server);
    await archive.insert(server, 10);
    await archive.flush(server);
    const base = await archive.backUp(server);
    await archive.insert(server, 100);
    await archive.flush(server);
    await server.kill();
    await sealArrived(archive.lineages);
    const [lineage] = archive.lineages;
    const all = await archivedLog(lineage);
    await removeLogBefore(lineage, base.manifest.log?.first as string);
    expect((await archivedLog(lineage)).length).toBeLessThan(all.length);
    expect((await archive.restore(base, { kind: "latest" })).done.rows).toBe(110);
  });
});
