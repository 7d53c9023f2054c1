import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { needs } from "../testing.ts";
import { ensureApplication, setLogin } from "./accounts.ts";
import { type Access, query } from "./connection.ts";
import { openPrimary } from "./promote.ts";
import { initialise } from "./initialise.ts";
import { knownParameters } from "./parameters.ts";
import { twinSettings } from "./settings.ts";
import { account, mariadb, MariadbWorkshop, programs, removeTemplate } from "./testing.ts";

const { skipped, why } = needs(mariadb);
const DATABASE = "shop";

afterAll(removeTemplate);

describe.skipIf(skipped)(`a server${why}`, () => {
  let workshop: MariadbWorkshop;

  beforeEach(async () => {
    workshop = new MariadbWorkshop();
    await workshop.data("a");
  });
  afterEach(() => workshop[Symbol.asyncDispose]());

  it("starts again after it was killed, with everything that was committed, and read-only until it is opened", async () => {
    const wanted = await workshop.wanted("a");
    const first = await workshop.start("a", wanted);
    const access = workshop.access(first);
    await expect(workshop.start("a")).rejects.toMatchObject({ code: "DATA_IN_USE" });
    await ensureApplication(access, {
      database: DATABASE,
      logins: [{ user: "app", password: "it's ours" }],
    });
    const refused = query(asService(access), 2000, "CREATE TABLE t (n INT PRIMARY KEY)");
    await expect(refused).rejects.toMatchObject({ errno: 1290 });
    await openPrimary(access, 2000);
    await query(asService(access), 2000, "CREATE TABLE t (n INT PRIMARY KEY)");
    await query(asService(access), 2000, "INSERT INTO t VALUES (1)");
    expect(await first.kill()).toMatchObject({ signal: "SIGKILL" });

    const again = await workshop.start("a", wanted);
    expect(await query(asService(access), 2000, "SELECT n FROM t")).toEqual([{ n: 1 }]);
    expect(await again.stop(10_000)).toMatchObject({ code: 0 });
  });

  it("gives services their own database, and none of what RDS keeps to itself", async () => {
    const access = workshop.access(await workshop.start("a"));
    const login = { user: "app", password: "it's ours" };
    await ensureApplication(access, { database: DATABASE, logins: [login] });
    await openPrimary(access, 2000);
    const service = asService(access);
    await expect(query(service, 2000, "SET GLOBAL read_only = 1")).rejects.toMatchObject({ errno: 1227 });
    await expect(query(service, 2000, "SELECT * FROM mysql.global_priv")).rejects.toMatchObject({
      errno: 1142,
    });
    expect(await query(service, 2000, "SELECT @@collation_database AS c, @@time_zone AS z")).toEqual([
      { c: "utf8mb4_uca1400_nopad_ai_ci", z: "+00:00" },
    ]);

    await setLogin(access, DATABASE, { user: "app_clone", password: "new" }, 2000);
    const clone = asService(access, "app_clone", "new");
    await query(clone, 2000, "CREATE TABLE theirs (n INT PRIMARY KEY)");
    await setLogin(access, DATABASE, { user: "app", password: null }, 2000);
    await expect(query(service, 2000, "SELECT 1")).rejects.toMatchObject({ errno: 4151 });
    await query(clone, 2000, "DROP TABLE theirs");
  });

  it("takes the declared parameters, knows which are MySQL's alone, and names one that it refuses", async () => {
    const access = workshop.access(
      await workshop.start("a", {
        settings: settings({ innodb_lock_wait_timeout: "7" }),
      }),
    );
    const known = knownParameters(programs(), account);
    expect(known.has("innodb_lock_wait_timeout")).toBe(true);
    expect(known.has("binlog_row_value_options")).toBe(false);
    expect(await query(access, 2000, "SELECT @@innodb_lock_wait_timeout AS w")).toEqual([{ w: 7 }]);
    await workshop.data("b");
    const refused = workshop.start("b", { settings: settings({ innodb_flush_method: "SOMETIMES" }) });
    await expect(refused).rejects.toMatchObject({ code: "SETTING_REFUSED" });
    expect(() => settings({ sync_binlog: "0" })).toThrow(/set by the twin itself/);
    expect(() => settings({ "a b": "0" })).toThrow(/not the name of a MySQL parameter/);
  });

  it("makes a data directory once, and none where somebody else's files are", async () => {
    const directory = join(workshop.directory, "new");
    const wanted = { programs: programs(), account, directory };
    expect(await initialise(wanted)).toBe(true);
    expect(await initialise(wanted)).toBe(false);
    expect(existsSync(`${directory}.initialising`)).toBe(false);
    mkdirSync(join(workshop.directory, "theirs"));
    writeFileSync(join(workshop.directory, "theirs", "letter.txt"), "");
    const theirs = initialise({ ...wanted, directory: join(workshop.directory, "theirs") });
    await expect(theirs).rejects.toMatchObject({ code: "DIRECTORY_NOT_EMPTY" });
    await expect(workshop.start("nothing")).rejects.toMatchObject({ code: "DATA_MISSING" });
  });
});

function asService({ host, port }: Access, user = "app", password = "it's ours"): Access {
  return { host, port, user, password, database: DATABASE };
}

function settings(parameters: Record<string, string>) {
  return twinSettings({ bufferPoolBytes: 16 * 2 ** 20, maxConnections: 40 }, parameters);
}
