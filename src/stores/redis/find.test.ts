import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { storeAccount } from "../account.ts";
import { openFolder, writeProgram } from "../packages/testing.ts";
import { needs, root } from "../testing.ts";
import { findRedis, sameMajor } from "./find.ts";

const account = storeAccount();
let directory: string;

beforeEach(() => {
  directory = openFolder();
  vi.stubEnv("PLUMBLINE_REDIS", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

/** A folder with a program that says what redis-server says. */
function redis(name: string, version: string): string {
  const place = join(directory, name);
  writeProgram(
    place,
    "redis-server",
    `echo "Redis server v=${version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64"`,
  );
  return place;
}

const cache = (): readonly string[] => [join(directory, "cache")];

it("looks in the named directory, on PATH and in the cache, in that order", () => {
  const explicit = redis("explicit", "7.4.1");
  const path = `/nowhere:${redis("path", "7.2.5")}`;
  const cached = redis("cache/redis-7.0.15/usr/bin", "7.0.15");
  expect(findRedis("7.1", account, { explicit, path, cache: cache() })).toMatchObject({
    source: "explicit",
    version: "7.4.1",
  });
  expect(findRedis("7.1", account, { path, cache: cache() })).toMatchObject({
    source: "path",
    version: "7.2.5",
  });
  expect(findRedis("7.1", account, { path: "", cache: cache() })).toEqual({
    directory: cached,
    source: "cache",
    version: "7.0.15",
    env: {},
  });
});

it("prefers the declared major version, and takes another one where there is none", () => {
  const path = redis("path", "6.0.16");
  redis("cache/redis-7.0.15/usr/bin", "7.0.15");
  expect(findRedis("7.1", account, { path, cache: cache() })).toMatchObject({ source: "cache" });
  expect(findRedis(undefined, account, { path, cache: cache() })).toMatchObject({ source: "path" });
  const other = findRedis("8", account, { path, cache: cache() });
  expect(other).toMatchObject({ source: "path", version: "6.0.16" });
  expect(sameMajor(other.version, "8")).toBe(false);
  expect(sameMajor("7.0.15", "7.1")).toBe(true);
});

it("says what it passed over, and what to do", () => {
  const path = join(directory, "path");
  writeProgram(
    path,
    "redis-server",
    "echo 'redis-server: error while loading shared libraries: libjemalloc.so.2: cannot open shared object file' >&2; exit 127",
  );
  expect(() => findRedis("7", account, { path, cache: [] })).toThrow(
    expect.objectContaining({
      code: "STORE_PROGRAM_MISSING",
      message: expect.stringContaining("libjemalloc.so.2"),
      remedy: expect.stringContaining("plumbline install redis"),
    }),
  );
});

it("insists on the directory that was named", () => {
  const path = redis("path", "7.0.15");
  vi.stubEnv("PLUMBLINE_REDIS", directory);
  expect(() => findRedis("7", account, { path, cache: [] })).toThrow(
    expect.objectContaining({ code: "STORE_PROGRAM_UNUSABLE", message: expect.stringContaining(directory) }),
  );
  const valkey = join(directory, "valkey");
  writeProgram(valkey, "redis-server", "echo 'Valkey server v=8.0.1 sha=00000000:0'");
  expect(() => findRedis("7", account, { explicit: valkey })).toThrow("Valkey server");
});

const asRoot = needs(root);

it.skipIf(asRoot.skipped)(`passes over what the stores' user cannot reach${asRoot.why}`, () => {
  const path = redis("path", "7.0.15");
  chmodSync(path, 0o700);
  expect(findRedis("7", undefined, { path, cache: [] })).toMatchObject({ source: "path" });
  expect(() => findRedis("7", account, { path, cache: [] })).toThrow("the user nobody cannot reach it");
});
