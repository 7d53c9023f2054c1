import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { identify, isRunning, type ProcessIdentity, signal } from "./process-identity.ts";

let child: ChildProcess;
let identity: ProcessIdentity;

beforeEach(async () => {
  child = spawn("sleep", ["300"], { stdio: "ignore" });
  await once(child, "spawn");
  identity = identify(child.pid as number) as ProcessIdentity;
});

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL"))
    await once(child, "exit");
});

it("is the same as long as the process runs", () => {
  expect(identity.pid).toBe(child.pid);
  expect(identify(child.pid as number)).toEqual(identity);
  expect(isRunning(identity)).toBe(true);
  expect(identity.startedAt).not.toBe(identify(process.pid)?.startedAt);
});

it("is nobody's once it has ended", async () => {
  expect(signal(identity, "SIGTERM")).toBe(true);
  await once(child, "exit");
  expect(identify(identity.pid)).toBeNull();
  expect(isRunning(identity)).toBe(false);
  expect(signal(identity, "SIGTERM")).toBe(false);
});

it("keeps a signal from a later process with the same number", async () => {
  const earlier = { ...identity, startedAt: `1${identity.startedAt}` };
  expect(isRunning(earlier)).toBe(false);
  expect(signal(earlier, "SIGKILL")).toBe(false);
  expect(isRunning(identity)).toBe(true);
});

it.skipIf(process.platform !== "linux")(
  "does not take a zombie for a process that runs (Linux)",
  async () => {
    // The shell becomes a sleep that never asks after its child, which has ended.
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 300"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line] = (await once(parent.stdout, "data")) as [Buffer];
      const zombie = Number(String(line));
      await expect.poll(() => identify(zombie)).toBeNull();
      // It is there all the same: its number cannot be given to another.
      expect(process.kill(zombie, 0)).toBe(true);
    } finally {
      parent.kill("SIGKILL");
      await once(parent, "exit");
    }
  },
);

it("is null for a number that no process has", () => {
  expect(identify(2 ** 30)).toBeNull();
});
