import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EventLog } from "../event-log.ts";
import { leftovers, ProcessJournal } from "../state/journal.ts";
import { type StateDirectory, stateDirectory } from "../state/state-directory.ts";
import { KeptProcess } from "./kept-process.ts";
import { Processes } from "./processes.ts";

let root: string;
let state: StateDirectory;
let events: EventLog;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plumbline-kept-"));
  state = stateDirectory(root);
  events = new EventLog(join(state.logs, "events.log"));
});
afterEach(async () => {
  await events.close();
  rmSync(root, { recursive: true });
});

function keep(program: string, onStart = () => {}): KeptProcess<object, unknown> {
  const processes = new Processes(
    new ProcessJournal(state, (error) => events.record("error", "journal", error.message)),
    state.logs,
  );
  return new KeptProcess("part", program, { processes, events }, { onStart, onMessage: () => {} });
}

it("is started again when it ends unasked, and told again what it needs to know", async () => {
  let starts = 0;
  const part = keep("twin/forwarder/main", () => (starts += 1));
  part.start();
  const first = part.pid as number;
  expect(leftovers(state)).toMatchObject([{ pid: first, role: "part" }]);
  process.kill(first, "SIGKILL");
  await expect.poll(() => starts, { timeout: 5_000 }).toBe(2);
  expect(part.pid).not.toBe(first);
  expect(events.recent).toMatchObject([{ level: "error", part: "part" }]);
  await part.stop(5_000);
  expect(leftovers(state)).toEqual([]);
});

it("says so when it ends again and again, with what it wrote", async () => {
  const part = keep("twin/no-such-program");
  part.start();
  await expect(part.hopeless).rejects.toMatchObject({
    code: "PART_UNSTARTABLE",
    message: expect.stringContaining("no-such-program") as string,
  });
  await part.stop(5_000);
  expect(part.pid).toBeNull();
  expect(leftovers(state)).toEqual([]);
});
