import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { storeAccount } from "../account.ts";
import { findMariadb } from "../mariadb/find.ts";
import { ask } from "../programs.ts";
import { findRedis } from "../redis/find.ts";
import { needs } from "../testing.ts";
import { until } from "../wait.ts";
import { install } from "./install.ts";
import type { InstallOptions } from "./install.ts";
import { mariadb } from "./mariadb.ts";
import { redis } from "./redis.ts";
import { interruption } from "./run.ts";
import { aptNeed, openFolder, writeProgram } from "./testing.ts";

const account = storeAccount();
let directory: string;
let cache: string;
let said: string[];

beforeEach(() => {
  directory = openFolder();
  cache = join(directory, "cache");
  said = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const options = (wanted: Partial<InstallOptions> = {}): InstallOptions => ({
  account,
  signal: new AbortController().signal,
  progress: (message) => void said.push(message),
  directories: [cache],
  ...wanted,
});

const { skipped, why } = needs(await aptNeed());

// Each of these downloads for real, some of them more than once.
describe.skipIf(skipped)(`installing from packages${why}`, { timeout: 120_000 }, () => {
  it("puts a Redis that works into the cache, once", async () => {
    const first = await install(redis, options());
    expect(first).toMatchObject({ alreadyThere: false, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(first.sizeBytes).toBeGreaterThan(1_000_000);
    expect(readdirSync(cache)).toEqual([`redis-${first.version}`]);

    const found = findRedis(first.version, account, { path: "", cache: [cache] });
    expect(found).toMatchObject({ source: "cache", version: first.version });
    expect(statSync(found.directory).mode & 0o777).toBe(0o755);
    const variables = Object.entries(found.env).map(([name, value]) => `${name}=${value}`);
    const client = ask("env", [...variables, join(found.directory, "redis-cli"), "--version"], account);
    expect(client).toEqual({ ok: true, output: expect.stringMatching(/^redis-cli \d/) });

    said = [];
    expect(await install(redis, options())).toEqual({ ...first, alreadyThere: true });
    expect(said).toEqual([]);
  });

  it("may be done twice at once", async () => {
    const [one, two] = await Promise.all([install(redis, options()), install(redis, options())]);
    expect(one.directory).toBe(two.directory);
    expect(readdirSync(cache)).toEqual([`redis-${one.version}`]);
  });

  it("replaces a copy that is damaged, and renews one that works only by force", async () => {
    const first = await install(redis, options());
    truncateSync(join(first.directory, "usr", "bin", "redis-cli"), 100);
    const second = await install(redis, options());
    expect(second).toMatchObject({ alreadyThere: false, version: first.version });
    expect(readdirSync(cache)).toHaveLength(1);
    const third = await install(redis, options({ force: true }));
    expect(third.alreadyThere).toBe(false);
    expect([...readdirSync(cache)].map((name) => join(cache, name))).toEqual([third.directory]);
  });

  it("removes what an installation left that was killed a day ago, and nobody else's work", async () => {
    for (const name of [".install-old", ".install-new"]) mkdirSync(join(cache, name), { recursive: true });
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    utimesSync(join(cache, ".install-old"), yesterday, yesterday);
    const { version } = await install(redis, options());
    expect(readdirSync(cache).sort()).toEqual([".install-new", `redis-${version}`]);
  });

  it("fetches package lists of its own where the system has none", async () => {
    mkdirSync(join(directory, "lists", "partial"), { recursive: true });
    writeFileSync(join(directory, "apt.conf"), `Dir::State::lists "${join(directory, "lists")}";\n`);
    vi.stubEnv("APT_CONFIG", join(directory, "apt.conf"));
    expect(await install(redis, options())).toMatchObject({ alreadyThere: false });
    // Where it is installed, the first attempt gets as far as the download.
    expect(said.join("\n")).toContain("fetching private ones");
    expect(readdirSync(join(directory, "lists")).filter((name) => name.includes("Packages"))).toEqual([]);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it("puts a MariaDB that works into the cache", async () => {
    const { version, directory: copy } = await install(mariadb, options());
    const found = findMariadb(account, { path: "", system: [], cache: [cache] });
    expect(found).toMatchObject({ source: "cache", version, basedir: join(copy, "usr") });
  });
});

/** Puts an apt before the real one that does what a shell script says, and a dpkg-deb that lays out such a Redis. */
function fake(apt: { simulate?: string; update?: string; download?: string }, unpack = "exit 2"): void {
  const programs = join(directory, "programs");
  writeProgram(
    programs,
    "apt-get",
    `echo "$*" >> ${directory}/calls
case "$*" in
  *--simulate*) ${apt.simulate ?? 'echo "Inst redis-tools (5:7.0.15-1 Debian:12 [amd64])"'} ;;
  *update*) ${apt.update ?? ":"} ;;
  *download*) ${apt.download ?? "echo half > redis-tools_7.0.15_amd64.deb"} ;;
esac`,
  );
  writeProgram(programs, "dpkg-deb", unpack);
  vi.stubEnv("PATH", `${programs}:${process.env["PATH"]}`);
}

/** What apt was asked for, without its settings. */
const calls = () =>
  readFileSync(join(directory, "calls"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.replace(/^-q -c \S+ /, ""));

describe("an installation that fails", () => {
  afterEach(() => {
    const left = existsSync(cache) ? readdirSync(cache) : [];
    if (left.length > 0) throw new Error(`${left.join(", ")} is left in the cache`);
  });

  it("says so where there is no apt", async () => {
    vi.stubEnv("PATH", directory);
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "PACKAGES_UNSUPPORTED",
      remedy: expect.stringContaining("brew install redis"),
    });
  });

  it("says which package is nowhere, after fresh lists", async () => {
    fake({ simulate: "echo 'E: Unable to locate package redis-server' >&2; exit 100" });
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "PACKAGE_NOT_FOUND",
      message: expect.stringContaining("Unable to locate package redis-server"),
    });
    const simulate = "--simulate --no-install-recommends install redis-server redis-tools";
    expect(calls()).toEqual([simulate, "update", simulate]);
  });

  it("tries the names of other releases", async () => {
    fake({ simulate: "echo 'E: Unable to locate package' >&2; exit 100", update: "exit 0" });
    await expect(install(mariadb, options())).rejects.toMatchObject({ code: "PACKAGE_NOT_FOUND" });
    expect(calls()[1]).toContain("mariadb-server-core-10.6 mariadb-client-core-10.6");
  });

  it("says that the network is to blame for missing lists", async () => {
    fake({
      simulate: "echo 'E: Unable to locate package redis-server' >&2; exit 100",
      update: "echo \"W: Failed to fetch http://deb.example/InRelease  Could not resolve 'deb.example'\" >&2",
    });
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "PACKAGE_DOWNLOAD_FAILED",
      message: expect.stringContaining("Could not resolve 'deb.example'"),
    });
  });

  it("says that a download failed, after fresh lists", async () => {
    fake({
      download: "echo 'E: Failed to fetch http://deb.example/redis.deb  404  Not Found' >&2; exit 100",
    });
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "PACKAGE_DOWNLOAD_FAILED",
      message: expect.stringContaining("404"),
    });
    expect(calls()).toHaveLength(5);
  });

  it("does not mix what two attempts downloaded", async () => {
    fake(
      {
        download: `if [ -e ${directory}/again ]; then echo new > new.deb; else
  touch ${directory}/again; echo old > old.deb; echo 'E: Failed to fetch http://deb.example/x.deb' >&2; exit 100; fi`,
      },
      `echo "$2" >> ${directory}/unpacked; exit 2`,
    );
    await expect(install(redis, options())).rejects.toMatchObject({ code: "PACKAGE_DOWNLOAD_FAILED" });
    const unpacked = readFileSync(join(directory, "unpacked"), "utf8").trim().split("\n");
    expect(unpacked.map((file) => basename(file))).toEqual(["new.deb"]);
  });

  it("says that apt is at a loss, and does not fetch lists for that", async () => {
    fake({ simulate: "echo 'E: Unable to correct problems, you have held broken packages.' >&2; exit 100" });
    await expect(install(redis, options())).rejects.toMatchObject({ code: "PACKAGES_UNRESOLVED" });
    expect(calls()).toHaveLength(1);
  });

  it("says that a package came broken", async () => {
    fake({}, "echo 'dpkg-deb: error: unexpected end of file' >&2; exit 2");
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "PACKAGE_DOWNLOAD_FAILED",
      message: expect.stringMatching(/redis-tools_7.0.15_amd64.deb .*unexpected end of file/),
    });
  });

  it("says which library is missing", async () => {
    const says = "error while loading shared libraries: libjemalloc.so.2: cannot open shared object file";
    writeProgram(directory, "redis-server", `echo '${says}' >&2; exit 127`);
    fake({}, `mkdir -p "$3/usr/bin" && cp ${directory}/redis-server "$3/usr/bin"`);
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "STORE_PROGRAM_UNUSABLE",
      message: expect.stringContaining("libjemalloc.so.2"),
    });
  });

  it("says why a server does not stay", async () => {
    writeProgram(
      directory,
      "redis-server",
      '[ "$1" = --version ] && echo "Redis server v=7.0.15 sha=0" || { echo "no memory"; exit 1; }',
    );
    writeProgram(directory, "redis-cli", "echo redis-cli 7.0.15");
    fake({}, `mkdir -p "$3/usr/bin" && cp ${directory}/redis-* "$3/usr/bin"`);
    await expect(install(redis, options())).rejects.toMatchObject({
      code: "STORE_PROGRAM_UNUSABLE",
      message: expect.stringContaining("ends right after its start: no memory"),
    });
  });

  it("says that the cache cannot be written, before it downloads", async () => {
    fake({});
    writeFileSync(join(directory, "file"), "");
    mkdirSync(join(directory, "shared"));
    chmodSync(join(directory, "shared"), 0o777);
    const directories = [join(directory, "file", "cache"), join(directory, "shared")];
    await expect(install(redis, options({ directories }))).rejects.toMatchObject({
      code: "CACHE_UNUSABLE",
      message: expect.stringMatching(/ENOTDIR.*shared belongs to another user or is writable by others/),
    });
    expect(existsSync(join(directory, "calls"))).toBe(false);
  });

  it("ends at once, with what it had started, when it is interrupted", async () => {
    fake({
      download: `echo $$ > ${directory}/pid.new; mv ${directory}/pid.new ${directory}/pid; exec sleep 60`,
    });
    const interrupted = new AbortController();
    const installation = install(redis, options({ signal: interrupted.signal }));
    const ended = installation.catch((error: unknown) => error);
    const pid = await until(
      () => (existsSync(join(directory, "pid")) ? Number(readFileSync(join(directory, "pid"))) : undefined),
      { timeoutMs: 10_000 },
    );
    interrupted.abort(interruption());
    expect(await ended).toMatchObject({ code: "INSTALL_INTERRUPTED" });
    expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  });
});
