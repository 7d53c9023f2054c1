import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockHolder, releaseLock, takeLock } from "./lock.ts";
import { identify } from "./process-identity.ts";
import { stateDirectory } from "./state-directory.ts";

const RACERS = 4;
const LOCKS = 100;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plumbline-lock-"));
});
afterEach(() => rmSync(root, { recursive: true }));

it("is held by one process until it is released", () => {
  const state = stateDirectory(join(root, "twin"));
  expect(lockHolder(state)).toBeNull();
  expect(takeLock(state)).toBeNull();
  expect(takeLock(state)).toEqual(identify(process.pid));
  expect(lockHolder(state)).toEqual(identify(process.pid));
  releaseLock(state);
  expect(lockHolder(state)).toBeNull();
  expect(readdirSync(state.root)).toEqual([]);
});

it.each(["", "{}", '{"pid":1,"startedAt":"another boot"}'])("left as %j is taken over", (left) => {
  const state = stateDirectory(root);
  writeFileSync(state.lock, left);
  expect(lockHolder(state)).toBeNull();
  expect(takeLock(state)).toBeNull();
  expect(lockHolder(state)?.pid).toBe(process.pid);
  expect(readdirSync(root)).toEqual(["lock"]);
});

it("goes to one of those that find what a dead process has left, at the same time", async () => {
  const names = Array.from({ length: LOCKS }, (_, index) => String(index));
  for (const name of names) {
    mkdirSync(join(root, name));
    writeFileSync(stateDirectory(join(root, name)).lock, '{"pid":1,"startedAt":"another boot"}');
  }
  const racers = Array.from({ length: RACERS }, () => startRacer(names));
  try {
    // All begin when all are ready.
    await Promise.all(racers.map(({ said }) => said.next()));
    for (const { child } of racers) child.stdin?.write("go\n");
    const taken = await Promise.all(
      racers.map(async ({ said }) => JSON.parse((await said.next()).value as string) as string[]),
    );
    expect(taken.flat().sort()).toEqual(names.sort());
  } finally {
    for (const { child } of racers) child.kill("SIGKILL");
    await Promise.all(racers.map(({ child }) => (child.exitCode ?? child.signalCode) || once(child, "exit")));
  }
});

/** A process that takes as many of the locks as it gets, says which, and goes on to live. */
function startRacer(names: readonly string[]): { child: ChildProcess; said: AsyncIterator<string> } {
  const program = `
    import { once } from "node:events";
    import { takeLock } from ${JSON.stringify(join(import.meta.dirname, "lock.ts"))};
    import { stateDirectory } from ${JSON.stringify(join(import.meta.dirname, "state-directory.ts"))};
    console.log("ready");
    await once(process.stdin, "data");
    const states = ${JSON.stringify(names)}.map((name) => [name, stateDirectory(${JSON.stringify(`${root}/`)} + name)]);
    console.log(JSON.stringify(states.filter(([, state]) => takeLock(state) === null).map(([name]) => name)));
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  return { child, said: lines[Symbol.asyncIterator]() };
}
