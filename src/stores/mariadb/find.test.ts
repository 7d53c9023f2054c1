import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { storeAccount } from "../account.ts";
import { openFolder, writeProgram } from "../packages/testing.ts";
import { findMariadb } from "./find.ts";

const account = storeAccount();
let directory: string;

beforeEach(() => {
  directory = openFolder();
  vi.stubEnv("PLUMBLINE_MARIADB", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

/** A base directory with programs that say what MariaDB's say; Debian has the server in sbin. */
function mariadb(name: string, version: string, bin = "sbin"): string {
  const basedir = join(directory, name);
  writeProgram(
    join(basedir, bin),
    "mariadbd",
    `echo "mariadbd  Ver ${version}-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64"`,
  );
  writeProgram(join(basedir, "bin"), "mariadb-install-db", "");
  return basedir;
}

it("looks in the named place, on PATH, where the system has it and in the cache, in that order", () => {
  const explicit = mariadb("explicit", "11.4.2", "bin");
  const system = [mariadb("system", "10.11.18")];
  const path = join(mariadb("path", "10.6.1"), "sbin");
  const basedir = mariadb("cache/mariadb-10.5.1/usr", "10.5.1");
  const cache = [join(directory, "cache")];
  const find = (places: object) => findMariadb(account, { path: "", system: [], cache, ...places });
  expect(find({ explicit, path, system })).toMatchObject({ source: "explicit", version: "11.4.2" });
  expect(find({ path, system })).toMatchObject({ source: "path", version: "10.6.1" });
  expect(find({ system })).toMatchObject({ source: "system", version: "10.11.18" });
  expect(find({})).toEqual({
    source: "cache",
    version: "10.5.1",
    basedir,
    server: join(basedir, "sbin", "mariadbd"),
    initialiser: join(basedir, "bin", "mariadb-install-db"),
    env: {},
  });
});

it("says what is missing, and insists on what was named", () => {
  expect(() => findMariadb(account, { path: "", system: [], cache: [] })).toThrow(
    expect.objectContaining({
      code: "STORE_PROGRAM_MISSING",
      remedy: expect.stringContaining("plumbline install mariadb"),
    }),
  );
  vi.stubEnv("PLUMBLINE_MARIADB", directory);
  expect(() => findMariadb(account, { system: [mariadb("system", "10.11.18")] })).toThrow(
    expect.objectContaining({ code: "STORE_PROGRAM_UNUSABLE" }),
  );
});
