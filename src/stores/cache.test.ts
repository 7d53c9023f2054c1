import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { cacheDirectories, cachedCopy } from "./cache.ts";

let directory: string;
let from: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plumbline-test-"));
  chmodSync(directory, 0o755);
  from = join(directory, "programs");
  mkdirSync(join(from, "bin"), { recursive: true });
  writeFileSync(join(from, "bin", "postgres"), "a program");
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function copy(directories: string[], prepare?: (directory: string) => void): Promise<string> {
  return cachedCopy({
    from,
    name: "postgresql-15.18",
    account: undefined,
    directories,
    ...(prepare && { prepare }),
  });
}

it("copies once, also when several ask at the same time", async () => {
  const cache = join(directory, "cache");
  let prepared = 0;
  const places = await Promise.all(Array.from({ length: 5 }, () => copy([cache], () => (prepared += 1))));
  expect(new Set(places).size).toBe(1);
  expect(readFileSync(join(places[0]!, "bin", "postgres"), "utf8")).toBe("a program");
  expect(readdirSync(cache)).toEqual([expect.stringMatching(/^postgresql-15\.18-[0-9a-f]{12}$/)]);
  const before = prepared;
  expect(await copy([cache], () => (prepared += 1))).toBe(places[0]);
  expect(prepared).toBe(before);
});

it("makes another copy for another build", async () => {
  const cache = join(directory, "cache");
  const first = await copy([cache]);
  writeFileSync(join(from, "bin", "postgres"), "a newprogr");
  expect(await copy([cache])).not.toBe(first);
});

it("leaves nothing half-made behind", async () => {
  const cache = join(directory, "cache");
  const broken = copy([cache], () => {
    throw new Error("no links here");
  });
  await expect(broken).rejects.toMatchObject({
    code: "CACHE_UNUSABLE",
    message: expect.stringContaining("no links"),
  });
  expect(readdirSync(cache)).toEqual([]);
});

it("goes to the next directory where one cannot be trusted or written", async () => {
  const shared = join(directory, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  const file = join(directory, "file");
  writeFileSync(file, "");
  const good = join(directory, "good");
  expect(await copy([shared, join(file, "below"), good])).toContain(good);
  expect(readdirSync(shared)).toEqual([]);
});

it("does not run programs that somebody else could have laid there", async () => {
  const cache = join(directory, "cache");
  const place = await copy([cache]);
  chmodSync(place, 0o777);
  await expect(copy([cache])).rejects.toMatchObject({
    message: expect.stringContaining("writable by other users"),
  });
  expect(existsSync(place)).toBe(true);
});

it("opens what a strict umask has closed", async () => {
  const cache = join(directory, "deep", "cache");
  chmodSync(join(from, "bin"), 0o700);
  chmodSync(join(from, "bin", "postgres"), 0o700);
  const before = process.umask(0o077);
  try {
    const place = await copy([cache]);
    const modes = [cache, place, join(place, "bin"), join(place, "bin", "postgres")].map(
      (path) => statSync(path).mode,
    );
    expect(modes.map((mode) => mode & 0o777)).toEqual([0o755, 0o755, 0o755, 0o755]);
  } finally {
    process.umask(before);
  }
});

it("keeps an unprivileged user's copies in their own cache", () => {
  expect(cacheDirectories(true, {})[0]).toBe("/var/cache/plumbline");
  expect(cacheDirectories(false, { XDG_CACHE_HOME: "/home/a/cache" })[0]).toBe("/home/a/cache/plumbline");
});
