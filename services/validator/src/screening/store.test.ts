// The list in the database: imported by the command, read by replicas, and matches that are cleared.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { createChanges, type MakeChange } from "../rule-sets/changes.ts";
import { clearMatch, endClearance } from "./repository.ts";
import { nameKey } from "./screener.ts";
import { createScreeningSource, type ScreeningSource } from "./source.ts";

onEngines("sanctions lists", ({ start }) => {
  let database: TestDatabase;
  let pools: Pools;
  let change: MakeChange;
  let source: ScreeningSource;
  let folder: string;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
    change = createChanges(pools.lookup, () => {});
    source = createScreeningSource(pools.lookup);
    folder = mkdtempSync(join(tmpdir(), "validator-screening-"));
  });
  afterAll(async () => {
    await pools?.close();
    await database?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function importFiles(names: string, aliases: string, ...more: string[]) {
    writeFileSync(join(folder, "sdn.csv"), names);
    writeFileSync(join(folder, "alt.csv"), aliases);
    const command = join(import.meta.dirname, "..", "import-screening.ts");
    const files = ["--names", join(folder, "sdn.csv"), "--aliases", join(folder, "alt.csv")];
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...files, ...more], {
      env: { PATH: process.env["PATH"], DATABASE_URL: database.url() },
      encoding: "utf8",
    });
    return { status, said: stdout + stderr };
  }

  const SDN = '2674,"ABBAS, Abu","individual","SDGT"\n36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA"\n';
  const screened = (name: string) => source.screen(name, Date.now())?.map(({ entry }) => entry);

  test("names are away until the lists were read, and match nothing before a list was imported", async () => {
    expect(screened("Abu Abbas")).toBeUndefined();
    await source.refresh();
    expect(screened("Abu Abbas")).toEqual([]);
  });

  test("an imported list is screened against, and a second import of it changes nothing", async () => {
    expect(importFiles(SDN, '36,12,"aka","AERO-CARIBBEAN"\n')).toEqual({
      status: 0,
      said: "OFAC: 3 names and aliases are the current list.\n",
    });
    await source.refresh();
    expect(screened("Abu Abbas")).toEqual(["OFAC 2674"]);
    expect(screened("Aero Caribbean")).toEqual(["OFAC 36"]);
    expect(importFiles(SDN, '36,12,"aka","AERO-CARIBBEAN"\n').said).toContain("is the current one already");
    const { rows } = await database.query(
      "select act, details from audit_events where act like 'screening.%'",
    );
    expect(rows.map(({ act, details }) => [act, json(details)])).toEqual([
      ["screening.imported", { source: "OFAC", names: 3 }],
    ]);
  });

  test("a file that is none leaves the list as it is", async () => {
    const { status, said } = importFiles(`${SDN}||||\n`, "");
    expect([status, said]).toEqual([
      1,
      'The list was not imported: sdn.csv, line 3: "||||" is not the number of an entry.\n',
    ]);
    expect(importFiles(SDN, "", "--source", "no such name")).toMatchObject({ status: 2 });
    await source.refresh();
    expect(screened("Abu Abbas")).toEqual(["OFAC 2674"]);
  });

  test("a new list takes the place of the one before; another source stands beside it", async () => {
    importFiles('2674,"ABBAS, Abu"\n', "");
    importFiles('7,"WEBER HANDELS GMBH"\n', "", "--source", "EU");
    await source.refresh();
    expect(screened("Aero Caribbean")).toEqual([]);
    expect(screened("Weber Handels")).toEqual(["EU 7"]);
    expect(source.size).toBe(2);
  });

  test("a cleared match is left out until the clearance ends", async () => {
    const clearance = { name: nameKey("Abu Abbas"), entry: "OFAC 2674", reason: "born 1990", until: null };
    const { id } = await change("anna", ({ client, actor }) =>
      clearMatch(client, { ...clearance, clearedBy: actor }),
    );
    await source.refresh();
    expect(screened("ABBAS, Abu")).toEqual([]);
    // Clearing again replaces the reason and makes no second one.
    const again = await change("ben", ({ client, actor }) =>
      clearMatch(client, { ...clearance, reason: "seen the passport", clearedBy: actor }),
    );
    expect(again).toMatchObject({ id, clearedBy: "ben", reason: "seen the passport" });

    expect(await change("ben", ({ client, actor }) => endClearance(client, id, actor))).toBe(true);
    expect(await change("ben", ({ client, actor }) => endClearance(client, id, actor))).toBe(false);
    await source.refresh();
    expect(screened("ABBAS, Abu")).toEqual(["OFAC 2674"]);
  });
});
