import { spawnSync } from "node:child_process";
import { chownSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asAccount, storeAccount } from "#stores/account.ts";
import { aptNeed, openFolder } from "#stores/packages/testing.ts";
import { reachableBy } from "#stores/reach.ts";
import { needs } from "#stores/testing.ts";
import { packageRoot } from "#twin/package-root.ts";

/** Who runs the command: an unprivileged user, also where the tests run as root. */
const account = storeAccount();
const reachable = {
  name: "reachable",
  met: [packageRoot, dirname(process.execPath)].every((directory) => reachableBy(account, directory)),
  otherwise: `${account?.name} cannot reach Plumbline or Node`,
};

let directory: string;
beforeEach(() => {
  directory = openFolder();
  if (account) chownSync(directory, account.uid, account.gid);
});
afterEach(() => void rmSync(directory, { recursive: true, force: true }));

function plumbline(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(packageRoot, "src", "cli", "main.ts"), ...args],
    {
      ...asAccount(account),
      cwd: "/",
      env: { PATH: process.env["PATH"], HOME: "/nonexistent", XDG_CACHE_HOME: directory },
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  return {
    status,
    stdout,
    stderr,
    answer: () => JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown,
  };
}

const unprivileged = needs(reachable);
const withApt = needs(await aptNeed());

describe.skipIf(unprivileged.skipped)(`plumbline install${unprivileged.why}`, () => {
  it("lists what can be installed when it does not know a store", () => {
    const { status, stderr } = plumbline("install", "constructor");
    expect(status).toBe(2);
    expect(stderr).toContain("What can be installed is: redis, mariadb.");
  });

  it("says of every other store where it comes from", () => {
    const { status, answer } = plumbline("install", "postgresql", "--json");
    expect(status).toBe(1);
    expect(answer()).toMatchObject({
      schemaVersion: 1,
      error: { code: "STORE_NOT_INSTALLABLE", remedy: expect.stringContaining("npm install") },
    });
  });

  it.skipIf(withApt.skipped)(`works without root${withApt.why}`, () => {
    const first = plumbline("install", "redis", "--json");
    expect(first).toMatchObject({ status: 0, stderr: expect.stringContaining("downloading redis-server") });
    const cache = join(directory, "plumbline");
    const copy = readdirSync(cache).find((name) => name.startsWith("redis-")) ?? "";
    expect(first.answer()).toMatchObject({
      schemaVersion: 1,
      store: "redis",
      directory: join(cache, copy),
      alreadyThere: false,
    });
    expect(statSync(join(cache, copy)).uid).toBe(account?.uid ?? process.getuid?.());
    const second = plumbline("install", "redis");
    expect(second).toMatchObject({ status: 0, stdout: expect.stringContaining("is there already") });
    const doctor = plumbline("doctor", "--json");
    expect(doctor.answer()).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ what: "redis 7", state: "ok" }),
      ]) as unknown,
    });
  });
});
