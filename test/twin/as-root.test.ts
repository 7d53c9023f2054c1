import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { needs } from "#stores/testing.ts";
import { twinsDirectory } from "#twin/state/state-directory.ts";
import { rootOnly } from "../support/needs.ts";
import { openFolder, Project } from "../support/project.ts";
import { isKnown, postTransaction } from "../support/traffic.ts";

/** Containers may have root that must not mount. */
function canMount(): boolean {
  if (rootOnly.skipped) return false;
  const folder = mkdtempSync(join(tmpdir(), "plumbline-mount-"));
  const { status } = spawnSync("mount", ["-t", "tmpfs", "tmpfs", folder], { stdio: "ignore" });
  if (status === 0) execFileSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  return status === 0;
}

const mounts = needs({ name: "mount", met: canMount(), otherwise: "no file system can be mounted" });

describe.skipIf(mounts.skipped)(`a full disk${mounts.why}`, () => {
  it.each([
    ["for the first database", "20m"],
    ["for its job", "44m"],
    ["for its standby", "70m"],
  ])("%s is said in words, and nothing is left", async (_, size) => {
    using disk = smallDisk(size);
    await using project = new Project({ folder: disk.folder });
    const failure = await project.failure(["up", "fargate", "--environment", "production"]);
    expect(failure).toMatchObject({ code: "DISK_FULL", exit: 1 });
    expect(failure.message).toMatch(/no space left|could not extend/i);
    expect(failure.remedy).toContain("space");
    await project.empty(0);
    await project.json(["down", "--purge"]);
    expect(existsSync(project.state("fargate-production").root)).toBe(false);
  });
});

describe.skipIf(rootOnly.skipped)(`as root${rootOnly.why}`, () => {
  it("a project in a private folder has its data elsewhere, and finds it again", async () => {
    const home = mkdtempSync(join(tmpdir(), "plumbline-private-"));
    const folder = join(home, "project");
    mkdirSync(folder);
    chmodSync(home, 0o700);
    const twins = twinsDirectory(folder);
    expect(twins.startsWith(home)).toBe(false);
    try {
      await using project = new Project({ folder, twins });
      const up = await project.up("fargate");
      expect(up.stateDirectory).toBe(join(twins, "fargate-development"));
      const { id } = await postTransaction(up.endpoint as string);
      await project.json(["down"]);
      const again = await project.up("fargate");
      expect(await isKnown(again.endpoint as string, id)).toBe(true);
      await project.json(["down", "--purge"]);
      await project.empty(0);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it("a strict umask does not lock the database out of its data", async () => {
    const folder = openFolder();
    const before = process.umask(0o077);
    try {
      await using project = new Project({ folder });
      const starting = project.up("fargate");
      process.umask(before);
      expect((await starting).phase).toBe("running");
      await project.json(["down", "--purge"]);
    } finally {
      process.umask(before);
    }
  });
});

/** A file system of its own, which goes with the test. */
function smallDisk(size: string): { readonly folder: string } & Disposable {
  const mountPoint = openFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", mountPoint]);
  const folder = join(mountPoint, "project");
  mkdirSync(folder);
  return {
    folder,
    [Symbol.dispose]: () => {
      execFileSync("umount", [mountPoint]);
      rmSync(mountPoint, { recursive: true, force: true });
    },
  };
}
