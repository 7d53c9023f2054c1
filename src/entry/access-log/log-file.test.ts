import { spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { LogFile } from "./log-file.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "plumbline-log-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test("writes all lines, in their order, behind what was there", async () => {
  const path = join(folder(), "log");
  for (const part of [0, 1]) {
    const file = new LogFile(path, 2 ** 20, () => expect.unreachable());
    for (let line = 0; line < 10_000; line++) file.append(`${part} ${line}\n`);
    await file.close(10_000);
  }
  const lines = readFileSync(path, "latin1").trimEnd().split("\n");
  expect(lines).toEqual(
    [0, 1].flatMap((part) => Array.from({ length: 10_000 }, (_, line) => `${part} ${line}`)),
  );
});

test("holds no more than it may for a disk that does not take anything", async () => {
  const path = join(folder(), "pipe");
  spawnSync("mkfifo", [path]);
  // Both ends are open and nobody reads: the pipe is full after 64 KiB.
  openSync(path, "r+");
  let dropped = 0;
  const file = new LogFile(path, 100_000, (lines) => (dropped += lines));
  const line = `${"x".repeat(99)}\n`;
  for (let count = 0; count < 100_000; count++) file.append(line);
  expect(dropped).toBe(99_000);
  const began = performance.now();
  await file.close(20);
  expect(performance.now() - began).toBeLessThan(5_000);
  // What a thread of Node waits for would keep the test's process: reading lets it go.
  const { O_RDONLY, O_NONBLOCK } = (await import("node:fs")).constants;
  openSync(path, O_RDONLY | O_NONBLOCK);
});
