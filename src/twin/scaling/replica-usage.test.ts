import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, test } from "vitest";
import { linux, needs } from "#stores/testing.ts";
import { readProcessTable } from "./process-table.ts";
import { type Usage, UsageMeter } from "./replica-usage.ts";

const linuxOnly = needs(linux);
const MIB = 2 ** 20;

const children: ChildProcess[] = [];
afterEach(() => {
  for (const { pid } of children.splice(0)) if (pid !== undefined) process.kill(-pid, "SIGKILL");
});

/** Starts a program that heads a process group, and returns when it has written a line. */
async function start(script: string): Promise<number> {
  const child = spawn(process.execPath, ["-e", script], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

/** Looks again until a replica's usage is as expected. */
async function until(pid: number, holds: (usage: Usage) => boolean): Promise<Usage> {
  const meter = new UsageMeter();
  for (;;) {
    const usage = (await meter.measure([pid], true)).get(pid);
    if (usage && holds(usage)) return usage;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe.skipIf(linuxOnly.skipped)(`what a replica uses${linuxOnly.why}`, () => {
  test("has the processors of its children, also of those that have ended", async () => {
    const burn = "const end = performance.now() + 50; while (performance.now() < end);";
    const pid = await start(
      `const { spawn } = require("node:child_process");
      const again = () => spawn(process.execPath, ["-e", ${JSON.stringify(burn)}]).on("exit", again);
      again(); console.log("ready");`,
    );
    // Each child ends soon, and what it used stays counted.
    const { processors } = await until(pid, (usage) => (usage.processors ?? 0) > 0.05);
    expect(processors).toBeLessThan(8);
  }, 20_000);

  test("counts memory that parent and children share once", async () => {
    const pid = await start(
      `const { spawn } = require("node:child_process");
      const held = Buffer.alloc(${64 * MIB}, 1);
      spawn("sleep", ["300"]); spawn("sleep", ["300"]);
      setInterval(() => held[0], 1000); console.log("ready");`,
    );
    const [tree] = (await new UsageMeter().measure([pid], true)).values();
    expect(tree?.memoryBytes).toBeGreaterThan(64 * MIB);
    const resident = [...(await readProcessTable()).values()].filter(({ session }) => session === pid);
    expect(resident).toHaveLength(3);
    const sum = resident.reduce((bytes, { residentBytes }) => bytes + residentBytes, 0);
    expect(tree?.memoryBytes).toBeLessThan(sum);
  }, 20_000);

  test("is not there for a process that is gone, nor for its time before the first look", async () => {
    const pid = await start('setInterval(() => {}, 1000); console.log("ready");');
    const meter = new UsageMeter();
    const first = await meter.measure([pid, 4_194_303], false);
    expect([...first]).toEqual([[pid, { processors: null, memoryBytes: null }]]);
  });
});
