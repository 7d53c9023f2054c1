import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linux, needs, root } from "../testing.ts";
import { initialise } from "./initialise.ts";
import { Workshop, account, postgresql, programs } from "./testing.ts";

const { skipped, why } = needs(postgresql);
const asRoot = needs(postgresql, linux, root);
let workshop: Workshop;

beforeEach(() => void (workshop = new Workshop()));
afterEach(() => workshop[Symbol.asyncDispose]());

describe.skipIf(skipped)(`initialising${why}`, () => {
  it("makes a data directory once", async () => {
    const directory = join(workshop.directory, "data");
    const wanted = { programs: programs(), account, directory, password: "secret" };
    expect(await initialise(wanted)).toBe(true);
    expect(readFileSync(join(directory, "PG_VERSION"), "utf8")).toBe("15\n");
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(await initialise(wanted)).toBe(false);
    expect(readdirSync(workshop.directory)).toEqual(["data"]);
  });

  it("begins anew where an earlier one was interrupted", async () => {
    const directory = join(workshop.directory, "data");
    mkdirSync(directory);
    mkdirSync(`${directory}.initialising`);
    writeFileSync(`${directory}.initialising.password`, "old");
    expect(await initialise({ programs: programs(), account, directory, password: "secret" })).toBe(true);
    expect(readdirSync(workshop.directory)).toEqual(["data"]);
  });

  it("shows the password to nobody", async () => {
    const directory = join(workshop.directory, "data");
    const seen: { mode: number; args: readonly string[] }[] = [];
    const watching: typeof spawn = ((program: string, args: string[], options: object) => {
      seen.push({ mode: statSync(args[args.indexOf("--pwfile") + 1]!).mode & 0o777, args });
      return spawn(program, args, options);
    }) as never;
    await initialise({
      programs: programs(),
      account,
      directory,
      password: "secret",
      spawn: watching as never,
    });
    expect(seen).toEqual([
      { mode: 0o600, args: expect.not.arrayContaining([expect.stringContaining("secret")]) },
    ]);
  });

  it("refuses the data of another major version", async () => {
    const directory = join(workshop.directory, "data");
    mkdirSync(directory);
    writeFileSync(join(directory, "PG_VERSION"), "14\n");
    await expect(
      initialise({ programs: programs(), account, directory, password: "secret" }),
    ).rejects.toMatchObject({
      code: "DATA_OTHER_VERSION",
      message: expect.stringMatching(/PostgreSQL 14, and the programs are 15/),
    });
    expect(existsSync(join(directory, "PG_VERSION"))).toBe(true);
  });

  it("does not make room where somebody else's files are", async () => {
    const directory = join(workshop.directory, "data");
    mkdirSync(directory);
    writeFileSync(join(directory, "thesis.txt"), "");
    const wanted = { programs: programs(), account, directory, password: "secret" };
    await expect(initialise(wanted)).rejects.toMatchObject({ code: "DIRECTORY_NOT_EMPTY" });
    expect(readdirSync(directory)).toEqual(["thesis.txt"]);
  });

  it("says that a directory cannot be made", async () => {
    const file = join(workshop.directory, "file");
    writeFileSync(file, "");
    await expect(
      initialise({ programs: programs(), account, directory: join(file, "data"), password: "secret" }),
    ).rejects.toMatchObject({ code: "DIRECTORY_UNWRITABLE" });
  });
});

describe.skipIf(asRoot.skipped)(`initialising on hard ground${asRoot.why}`, () => {
  it("says that the stores' user cannot reach the directory, in initdb's words", async () => {
    const closed = join(workshop.directory, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    await expect(
      initialise({ programs: programs(), account, directory: join(closed, "data"), password: "secret" }),
    ).rejects.toMatchObject({
      code: "DIRECTORY_UNWRITABLE",
      message: expect.stringContaining("Permission denied"),
    });
  });

  it("is not kept out by a strict umask", async () => {
    const before = process.umask(0o077);
    try {
      const directory = join(workshop.directory, "deep", "in", "data");
      expect(await initialise({ programs: programs(), account, directory, password: "secret" })).toBe(true);
    } finally {
      process.umask(before);
    }
  });

  it("says that the disk is full", async (context) => {
    const disk = join(workshop.directory, "disk");
    mkdirSync(disk);
    const mounted = spawnSync("/bin/mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk]);
    context.skip(mounted.status !== 0, "nothing can be mounted here");
    try {
      const full = initialise({
        programs: programs(),
        account,
        directory: join(disk, "data"),
        password: "secret",
      });
      await expect(full).rejects.toMatchObject({
        code: "DISK_FULL",
        message: expect.stringContaining("No space left"),
      });
      expect(readdirSync(disk)).toEqual([]);
    } finally {
      spawnSync("/bin/umount", [disk]);
    }
  });
});
